// SPDX-License-Identifier: BSD-2-Clause
#include "milter/telemetry/ring.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace spillway::telemetry {
namespace {

using Numbers = Ring<uint64_t, 64>;

TEST(Ring, IsAQueue) {
  Numbers ring;
  uint64_t number = 0;
  for (uint64_t round = 0; round < 1000; ++round) {
    EXPECT_EQ(ring.Pop(number), Numbers::Taken::kNothing);
    for (uint64_t i = 0; i < round % 64; ++i) EXPECT_TRUE(ring.Push(round + i));
    for (uint64_t i = 0; i < round % 64; ++i) {
      ASSERT_EQ(ring.Pop(number), Numbers::Taken::kValue);
      EXPECT_EQ(number, round + i);
    }
  }
}

TEST(Ring, IsBounded) {
  Numbers ring;
  for (uint64_t i = 0; i < 64; ++i) EXPECT_TRUE(ring.Push(i));
  EXPECT_FALSE(ring.Push(64));
  uint64_t number = 1;
  EXPECT_EQ(ring.Pop(number), Numbers::Taken::kValue);
  EXPECT_EQ(number, 0U);
  EXPECT_TRUE(ring.Push(64));
}

// Every number comes once, and those of one writer in their order.
TEST(Ring, OfManyWriters) {
  constexpr uint64_t kWriters = 4;
  constexpr uint64_t kEach = 20000;
  Numbers ring;
  std::vector<std::thread> writers;
  for (uint64_t writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&ring, writer] {
      for (uint64_t i = 0; i < kEach;) {
        if (ring.Push(writer * kEach + i))
          ++i;
        else
          std::this_thread::yield();
      }
    });
  }
  std::vector<uint64_t> next(kWriters);
  for (uint64_t taken = 0; taken < kWriters * kEach;) {
    uint64_t number = 0;
    const auto state = ring.Pop(number);
    ASSERT_NE(state, Numbers::Taken::kDamaged);
    if (state != Numbers::Taken::kValue) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(number % kEach, next[number / kEach]++);
    ++taken;
  }
  for (std::thread& writer : writers) writer.join();
}

// Both ends return, and touch nothing outside, whatever the memory holds.
TEST(Ring, DamagedMemoryHurtsNobody) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    auto ring = std::make_unique<Numbers>();
    for (uint64_t i = 0; i < random() % 64; ++i) ring->Push(i);
    auto* const octets = reinterpret_cast<unsigned char*>(ring.get());
    for (int i = 0; i < 20; ++i) octets[random() % sizeof(Numbers)] = random() & 0xffU;
    uint64_t number = 0;
    for (int i = 0; i < 200; ++i) ring->Push(1);
    for (int i = 0; i < 200; ++i) ring->Pop(number);
  }
}

}  // namespace
}  // namespace spillway::telemetry
