// SPDX-License-Identifier: BSD-2-Clause
// Guards the cure of libmilter's worker pool (milter/pool_cure.cc).
#include <gtest/gtest.h>

#include <barrier>
#include <thread>

#include "t/inproc/daemon.h"
#include "t/rig/instrumented.h"

namespace spillway {
namespace {

using std::chrono::milliseconds;

// Sanitizers cost time; uncured, it would be ten seconds.
constexpr milliseconds kLimit{kInstrumented ? 3000 : 400};

TEST(Burst, MessagesThatArriveAtOnceDoNotQueueBehindOneAnother) {
  constexpr int kMessages = 64;
  const Daemon daemon({.make_checks = SleepyChecks(milliseconds(300))});
  std::vector<MilterClient> clients;
  for (int i = 0; i < kMessages; ++i) {
    clients.push_back(daemon.Negotiated());
    ASSERT_EQ(clients.back().SendUntilEnd(SmallMail()).command, 'c');
  }
  const auto start = std::chrono::steady_clock::now();
  std::atomic<int> continued{0};
  std::vector<std::thread> threads;
  for (MilterClient& client : clients) {
    threads.emplace_back([&] { continued += client.EndOfMessage("Q").command == 'c' ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(continued, kMessages);
  EXPECT_LT(took, kLimit) << std::chrono::duration_cast<milliseconds>(took).count() << " ms";
}

TEST(Burst, AgainAfterTheWorkersWentIdle) {
  const Daemon daemon({.make_checks = SleepyChecks(milliseconds(100))});
  for (int round = 0; round < 5; ++round) {
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    for (int i = 0; i < 16; ++i) {
      threads.emplace_back([&] { EXPECT_EQ(daemon.Negotiated().Send(SmallMail()).command, 'c'); });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(1000)) << round;
  }
}

}  // namespace
}  // namespace spillway
