// SPDX-License-Identifier: BSD-2-Clause
// Exponential means; growth is judged in seconds, because that is what the message lost.
#include "policy/watch/bottleneck.h"

#include <algorithm>

namespace spillway {

namespace {

constexpr double kFast = 1.0 / 50;
constexpr double kSlow = 1.0 / 1000;
constexpr double kWorthNaming = 0.02;  // seconds over the normal time
constexpr double kMicro = 1e-6;

}  // namespace

void BottleneckFinder::CountWait(const telemetry::Record& record) {
  if (record.waits_for[0] == '\0') return;
  Waited* free = nullptr;
  for (Waited& waited : waits_) {
    if (waited.count > 0 && waited.what == record.waits_for) {
      ++waited.count;
      return;
    }
    if (waited.count == 0) free = &waited;
  }
  if (free != nullptr) {
    *free = {record.waits_for, 1};
    return;
  }
  for (Waited& waited : waits_) --waited.count;
}

void BottleneckFinder::Add(const telemetry::Record& record, bool healthy) {
  const size_t count = std::min<size_t>(record.check_count, telemetry::kMaxChecks);
  for (size_t i = 0; i < count; ++i) {
    const double seconds = record.check_us[i] * kMicro;
    now_[i] += kFast * (seconds - now_[i]);
    if (healthy) normal_[i] += kSlow * (seconds - normal_[i]);
  }
  if (healthy && record.late == 0)
    waits_.fill({});
  else
    CountWait(record);
}

Bottleneck BottleneckFinder::Find(const telemetry::Preamble& preamble) const {
  Bottleneck out;
  double most = kWorthNaming;
  for (size_t i = 0; i < std::min<size_t>(preamble.check_count, telemetry::kMaxChecks); ++i) {
    if (now_[i] - normal_[i] <= most) continue;
    most = now_[i] - normal_[i];
    out.check = preamble.check_names[i].data();
    out.check_seconds = now_[i];
  }
  const auto top = std::max_element(waits_.begin(), waits_.end(),
                                    [](const auto& a, const auto& b) { return a.count < b.count; });
  if (top->count > 0) out.waits_for = top->what.data();
  return out;
}

}  // namespace spillway
