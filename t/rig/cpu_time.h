// SPDX-License-Identifier: BSD-2-Clause
// The CPU time of this thread, for benches.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "milter/base/thread_time.h"

namespace spillway {

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
