// SPDX-License-Identifier: BSD-2-Clause
// What the filter did in the last minute, from its records. `now` is an argument; memory is
// bounded.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "milter/base/clock.h"
#include "milter/telemetry/snapshot.h"

namespace spillway {

// Times in milliseconds.
struct MinuteSummary {
  uint64_t messages = 0;
  double per_second = 0;
  double p50 = 0, p95 = 0, p99 = 0;  // processing time
  double queue_wait_p95 = 0;         // in the CPU pool's queue
  double late_share = 0;             // 0..1
  std::array<double, telemetry::kMaxChecks> check_p95{};
  uint64_t in_flight = 0;
  double oldest = 0;  // age of the oldest message in flight
};

class LastMinute {
 public:
  static constexpr auto kLength = std::chrono::seconds(60);
  static constexpr size_t kMaxSamples = 100000;  // beyond it the oldest go

  void Add(const telemetry::Record& record);
  // `started` is when the filter started: in its first minute, the rate is taken over its uptime.
  MinuteSummary Summarize(TimePoint now, int64_t started, const std::vector<int64_t>& in_flight);

 private:
  std::deque<telemetry::Record> records_;
};

}  // namespace spillway
