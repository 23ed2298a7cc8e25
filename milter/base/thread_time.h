// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <ctime>

namespace spillway {

// The processor time of this thread: microseconds.
inline double ThreadMicroseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

}  // namespace spillway
