// SPDX-License-Identifier: BSD-2-Clause
#include "milter/base/memory.h"

#include <malloc.h>

#include <algorithm>
#include <thread>

namespace spillway {

void KeepMemory() {
  constexpr int kKept = 16 << 20;
  constexpr int kStep = 1 << 20;
  constexpr unsigned kArenasOfCore = 2;
  mallopt(M_TRIM_THRESHOLD, kKept);
  mallopt(M_MMAP_THRESHOLD, kKept);
  mallopt(M_TOP_PAD, kStep);
  mallopt(M_ARENA_MAX,
          static_cast<int>(kArenasOfCore * std::max(1U, std::thread::hardware_concurrency())));
}

}  // namespace spillway
