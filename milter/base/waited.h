// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <string>

#include "milter/base/clock.h"

namespace spillway {

// How a check's wait for its work went.
struct Waited {
  TimePoint until{};    // when the work was done, or the wait for it was over; of several, the last
  std::string missing;  // what the first one not done was waiting for; empty: all was done

  void Add(const Waited& other) {
    until = std::max(until, other.until);
    if (missing.empty()) missing = other.missing;
  }
};

// "waiting for NAME": the text of what is late.
inline std::string WaitingFor(const std::string& missing) {
  return "waiting for " + missing;
}

}  // namespace spillway
