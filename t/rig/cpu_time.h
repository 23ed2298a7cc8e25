// SPDX-License-Identifier: BSD-2-Clause
// The CPU time of this thread, for benches.
#pragma once

#include <algorithm>
#include <ctime>
#include <functional>
#include <vector>

namespace spillway {

inline double ThreadMicroseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

// Of `rounds` runs of `step`.
inline double MedianMicroseconds(const std::function<void()>& step, size_t rounds) {
  std::vector<double> times;
  for (size_t i = 0; i < rounds; ++i) {
    const double start = ThreadMicroseconds();
    step();
    times.push_back(ThreadMicroseconds() - start);
  }
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(rounds / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

}  // namespace spillway
