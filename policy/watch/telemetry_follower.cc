// SPDX-License-Identifier: BSD-2-Clause
// Probes are left out of everything: they are not mail.
#include "policy/watch/telemetry_follower.h"

#include <algorithm>

namespace spillway {

namespace {

constexpr size_t kTakeAtOnce = 20000;
constexpr double kNanosecond = 1e-9;
constexpr double kMicrosecond = 1e-6;
constexpr double kMillisecond = 1e-3;
constexpr double kNever = 1e9;

}  // namespace

void TelemetryFollower::Drain(bool healthy) {
  for (const telemetry::Record& record : reader_.Take(kTakeAtOnce)) {
    if (record.client_class == telemetry::kProbeClass) continue;
    window_.Add(record);
    bottlenecks_.Add(record, healthy);
    const double busy = static_cast<double>(record.end - record.start) * kNanosecond;
    ++look_.completed;
    look_.busy += busy;
    look_.queue_wait += std::min(busy, record.queue_wait_us * kMicrosecond);
    look_.dialogue += record.dialogue_ms * kMillisecond;
    look_.late += record.late;
    const bool tempfail = record.verdict == telemetry::Verdict::kTempfail;
    const bool deferred = tempfail && record.late != 0;
    look_.deferred += deferred ? 1 : 0;
    if (deferred || record.verdict == telemetry::Verdict::kAccept)
      ended_.push_back({Ip::FromBytes16(record.client.data()), record.mail, deferred});
  }
}

bool TelemetryFollower::Follow(bool healthy) {
  // First what the old file still holds, then perhaps the next generation's.
  if (reader_.mapped()) Drain(healthy);
  if (!reader_.Refresh() || reader_.preamble().generation == generation_) return false;
  generation_ = reader_.preamble().generation;
  Drain(healthy);
  return true;
}

Look TelemetryFollower::TakeLook(TimePoint now) {
  ages_.clear();
  if (reader_.mapped()) {
    for (const int64_t start : reader_.InFlight())
      ages_.push_back(static_cast<double>(Nanoseconds(now) - start) * kNanosecond);
  }
  Look look = look_;
  look.held = static_cast<uint32_t>(Sessions());
  look.ages = ages_;
  look_ = {};
  return look;
}

double TelemetryFollower::Sessions() const {
  return reader_.mapped() ? static_cast<double>(reader_.Value(telemetry::Counter::kSessions)) : 0;
}

double TelemetryFollower::Connections() const {
  return reader_.mapped() ? static_cast<double>(reader_.Value(telemetry::Counter::kConnections))
                          : 0;
}

double TelemetryFollower::Silence(TimePoint now) const {
  return reader_.mapped() ? static_cast<double>(reader_.Silence(now)) * kNanosecond : kNever;
}

MinuteSummary TelemetryFollower::Summarize(TimePoint now) {
  if (!reader_.mapped()) return {};
  return window_.Summarize(now, reader_.preamble().started, reader_.InFlight());
}

}  // namespace spillway
