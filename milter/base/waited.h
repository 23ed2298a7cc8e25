// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <string>

#include "milter/base/clock.h"

namespace spillway {

// How a check's wait for its work went.
struct Waited {
  TimePoint until{};    // the end of the work or of the wait; of several, the latest
  std::string missing;  // what the first unfinished work waits for; empty: all done

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
