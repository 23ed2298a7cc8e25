// SPDX-License-Identifier: BSD-2-Clause
// Follows the filter's telemetry: passes the records to LastMinute and BottleneckFinder, and sums
// them up to one Look for the law. Not thread-safe.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "milter/base/ip.h"
#include "milter/telemetry/reader.h"
#include "policy/law/samples.h"
#include "policy/watch/bottleneck.h"
#include "policy/watch/last_minute.h"

namespace spillway {

class TelemetryFollower {
 public:
  explicit TelemetryFollower(const std::string& telemetry_file) : reader_(telemetry_file) {}

  // Reads the records since the last call. `healthy`: they count as normal. True when a new
  // generation of the filter was seen.
  bool Follow(bool healthy);
  // What happened since the last call; the ages stay valid until the next.
  Look TakeLook(TimePoint now);
  // A message that was accepted, or tempfailed for lateness.
  struct Ended {
    Ip client;
    uint32_t mail;  // MailHash()
    bool deferred;
  };
  // Since the last call.
  std::vector<Ended> TakeEnded() { return std::exchange(ended_, {}); }
  // Nothing when there is no filter.
  void Advise(const telemetry::Advice& advice, TimePoint now) {
    if (reader_.mapped()) reader_.Advise(advice, now);
  }
  // Sessions that hold a slot, at this moment.
  double Sessions() const;
  // That have come since the filter's start.
  double Connections() const;
  // Seconds since the filter's last sign of life; a large number when there never was one.
  double Silence(TimePoint now) const;

  const TelemetryReader& reader() const { return reader_; }
  const BottleneckFinder& bottlenecks() const { return bottlenecks_; }
  MinuteSummary Summarize(TimePoint now);

 private:
  void Drain(bool healthy);

  TelemetryReader reader_;
  LastMinute window_;
  BottleneckFinder bottlenecks_;
  Look look_;
  std::vector<double> ages_;
  std::vector<Ended> ended_;
  uint64_t generation_ = 0;
};

}  // namespace spillway
