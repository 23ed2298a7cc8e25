// SPDX-License-Identifier: BSD-2-Clause
// A clock that moves only when a test advances it.
#pragma once

#include <atomic>

#include "milter/base/clock.h"

namespace spillway {

// Thread-safe.
class FakeClock final : public Clock {
 public:
  TimePoint Now() const override { return TimePoint(Duration(now_.load())); }
  int64_t UnixSeconds() const override { return 1700000000 + now_.load() / 1000000000; }
  void Advance(Duration by) { now_ += by.count(); }

 private:
  std::atomic<int64_t> now_{std::chrono::duration_cast<Duration>(std::chrono::hours(1)).count()};
};

}  // namespace spillway
