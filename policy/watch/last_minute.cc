// SPDX-License-Identifier: BSD-2-Clause
// Percentiles by selection over the samples themselves: exact, and asked for a few times a second
// at most.
#include "policy/watch/last_minute.h"

#include <algorithm>
#include <cmath>

namespace spillway {

namespace {

constexpr double kNanosecondsPerMillisecond = 1e6;

// The value below which `share` of the samples lie (nearest rank); reorders `samples`.
double Percentile(std::vector<double>& samples, double share) {
  if (samples.empty()) return 0;
  const auto rank =
      static_cast<size_t>(std::lround(share * static_cast<double>(samples.size() - 1)));
  std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(rank),
                   samples.end());
  return samples[rank];
}

template <typename Value>
std::vector<double> Collect(const std::deque<telemetry::Record>& records, Value value) {
  std::vector<double> out;
  out.reserve(records.size());
  for (const telemetry::Record& record : records) out.push_back(value(record));
  return out;
}

}  // namespace

void LastMinute::Add(const telemetry::Record& record) {
  records_.push_back(record);
  if (records_.size() > kMaxSamples) records_.pop_front();
}

MinuteSummary LastMinute::Summarize(TimePoint now, int64_t started,
                                    const std::vector<int64_t>& in_flight) {
  const int64_t end = Nanoseconds(now);
  const int64_t length = std::chrono::nanoseconds(kLength).count();
  while (!records_.empty() && records_.front().end < end - length) records_.pop_front();
  MinuteSummary summary;
  summary.messages = records_.size();
  const int64_t observed = std::clamp<int64_t>(end - started, 1'000'000'000, length);
  summary.per_second = static_cast<double>(records_.size()) * 1e9 / static_cast<double>(observed);
  auto times = Collect(records_, [](const auto& r) {
    return static_cast<double>(r.end - r.start) / kNanosecondsPerMillisecond;
  });
  summary.p50 = Percentile(times, 0.50);
  summary.p95 = Percentile(times, 0.95);
  summary.p99 = Percentile(times, 0.99);
  auto waits = Collect(records_, [](const auto& r) { return r.queue_wait_us / 1000.0; });
  summary.queue_wait_p95 = Percentile(waits, 0.95);
  for (size_t i = 0; i < telemetry::kMaxChecks; ++i) {
    auto spent = Collect(records_, [i](const auto& r) { return r.check_us[i] / 1000.0; });
    summary.check_p95[i] = Percentile(spent, 0.95);
  }
  const auto late =
      std::count_if(records_.begin(), records_.end(), [](const auto& r) { return r.late != 0; });
  if (!records_.empty())
    summary.late_share = static_cast<double>(late) / static_cast<double>(records_.size());
  summary.in_flight = in_flight.size();
  for (const int64_t start : in_flight) {
    summary.oldest =
        std::max(summary.oldest, static_cast<double>(end - start) / kNanosecondsPerMillisecond);
  }
  return summary;
}

}  // namespace spillway
