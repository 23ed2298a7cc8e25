// SPDX-License-Identifier: BSD-2-Clause
// A bounded queue of many writers and one reader in shared memory, after D. Vyukov's bounded queue:
// each cell has the number of the turn that it is for. boost::lockfree goes from node to node, and
// with damaged memory for ever, or out of it. Here nobody waits for another, and an index never
// leaves the array, whatever the memory holds.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace spillway::telemetry {

// All zeros is not an empty one: it must be constructed.
template <typename T, size_t kCapacity>
class Ring {
 public:
  Ring() {
    for (size_t i = 0; i < kCapacity; ++i) cells_[i].turn.store(i, std::memory_order_relaxed);
  }

  // Thread-safe. False: it is full, or too many push at once.
  bool Push(const T& value) {
    uint64_t at = tail_.load(std::memory_order_relaxed);
    for (int tries = 0; tries < kTries; ++tries) {
      Cell& cell = cells_[at % kCapacity];
      const uint64_t turn = cell.turn.load(std::memory_order_acquire);
      if (turn == at) {
        if (!tail_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) continue;
        cell.value = value;
        cell.turn.store(at + 1, std::memory_order_release);
        return true;
      }
      if (turn < at) return false;
      at = tail_.load(std::memory_order_relaxed);
    }
    return false;
  }

  enum class Taken : uint8_t { kValue, kNothing, kDamaged };
  // For one reader. kDamaged: some of it was overwritten, and nothing can be read any more.
  Taken Pop(T& value) {
    const uint64_t at = head_.load(std::memory_order_relaxed);
    Cell& cell = cells_[at % kCapacity];
    const uint64_t turn = cell.turn.load(std::memory_order_acquire);
    if (turn == at) return Taken::kNothing;
    if (turn != at + 1) return Taken::kDamaged;
    value = cell.value;
    head_.store(at + 1, std::memory_order_relaxed);
    cell.turn.store(at + kCapacity, std::memory_order_release);
    return Taken::kValue;
  }

 private:
  static constexpr int kTries = 1000;
  struct Cell {
    std::atomic<uint64_t> turn;  // its writer's; one more: its reader's
    T value;
  };
  alignas(64) std::atomic<uint64_t> tail_{0};
  alignas(64) std::atomic<uint64_t> head_{0};
  alignas(64) std::array<Cell, kCapacity> cells_;
};

}  // namespace spillway::telemetry
