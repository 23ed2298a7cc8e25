// SPDX-License-Identifier: BSD-2-Clause
// The source of time: code that needs "now" takes a Clock or a TimePoint, so that tests control the
// time. Code that waits on the real clock (pending.h, ask_policy.cc, scanner timers) reads that.
#pragma once

#include <chrono>
#include <cstdint>

namespace spillway {

// Monotonic (CLOCK_MONOTONIC): comparable between processes of one machine, deaf to clock steps.
using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint Now() const = 0;
  // Wall time in seconds since 1970, for texts and signature dates only.
  virtual int64_t UnixSeconds() const = 0;
};

class SystemClock final : public Clock {
 public:
  TimePoint Now() const override { return std::chrono::steady_clock::now(); }
  int64_t UnixSeconds() const override {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
};

constexpr double InSeconds(Duration d) {
  return std::chrono::duration<double>(d).count();
}

constexpr Duration Seconds(double value) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(value));
}

inline int64_t Microseconds(Duration d) {
  return std::chrono::duration_cast<std::chrono::microseconds>(d).count();
}

inline int64_t Nanoseconds(TimePoint t) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(t.time_since_epoch()).count();
}

}  // namespace spillway
