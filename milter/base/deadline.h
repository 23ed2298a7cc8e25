// SPDX-License-Identifier: BSD-2-Clause
// An absolute point in time that every wait of one message shares. Absolute, so that nested waits
// cannot add up.
#pragma once

#include <algorithm>

#include "milter/base/clock.h"

namespace spillway {

class Deadline {
 public:
  explicit Deadline(TimePoint at) : at_(at) {}

  TimePoint at() const { return at_; }
  // Never negative.
  Duration Remaining(TimePoint now) const { return std::max(at_ - now, Duration::zero()); }

 private:
  TimePoint at_;
};

}  // namespace spillway
