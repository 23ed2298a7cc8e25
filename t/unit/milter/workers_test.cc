// SPDX-License-Identifier: BSD-2-Clause
#include "milter/workers.h"

#include <gtest/gtest.h>

#include <future>

#include "t/rig/fake_clock.h"

namespace spillway {
namespace {

TEST(Workers, OneThreadForEachCoreByDefault) {
  const FakeClock clock;
  EXPECT_EQ(Workers(0, 16, clock).threads(), std::max(1U, std::thread::hardware_concurrency()));
}

TEST(Workers, EveryJobRunsOnce) {
  const FakeClock clock;
  std::atomic<int> ran{0};
  {
    Workers workers(4, 1024, clock);
    const auto cost = std::make_shared<MessageCost>();
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(workers.Submit([&] { ++ran; }, cost));
  }  // the destructor runs what is queued
  EXPECT_EQ(ran, 1000);
}

TEST(Workers, TheWaitInTheQueueIsMeasured) {
  FakeClock clock;
  const auto cost = std::make_shared<MessageCost>();
  std::promise<void> gate;
  std::promise<void> done;
  Workers workers(1, 16, clock);  // ends before what its jobs use
  EXPECT_TRUE(workers.Submit([&] { gate.get_future().wait(); }, std::make_shared<MessageCost>()));
  EXPECT_TRUE(workers.Submit([&] { done.set_value(); }, cost));
  clock.Advance(std::chrono::milliseconds(40));
  EXPECT_EQ(cost->QueueWait(clock.Now()), 40000);  // also what has not been started yet
  gate.set_value();
  done.get_future().wait();
  EXPECT_EQ(cost->QueueWait(clock.Now() + std::chrono::seconds(1)), 40000);
  EXPECT_EQ(cost->queue_wait_us, 40000);
}

TEST(Workers, RunsInTheCallersThreadOnlyWhileOneIsIdle) {
  SystemClock clock;
  std::promise<void> running;
  std::promise<void> release;
  Workers workers(1, 16, clock);  // ends before what its jobs use
  std::thread::id where;
  EXPECT_TRUE(workers.TryHere([&] { where = std::this_thread::get_id(); }));
  EXPECT_EQ(where, std::this_thread::get_id());
  EXPECT_TRUE(workers.Submit(
      [&] {
        running.set_value();
        release.get_future().wait();
      },
      std::make_shared<MessageCost>()));
  running.get_future().wait();
  EXPECT_FALSE(workers.TryHere([] { FAIL() << "no thread was idle"; }));
  release.set_value();
}

TEST(Workers, FullQueueRefuses) {
  const FakeClock clock;
  std::promise<void> gate;
  const std::shared_future<void> open = gate.get_future().share();
  Workers workers(1, 4, clock);
  int accepted = 0;
  while (accepted < 100 && workers.Submit([open] { open.wait(); }, std::make_shared<MessageCost>()))
    ++accepted;
  EXPECT_LT(accepted, 10);
  gate.set_value();
}

TEST(Strand, KeepsTheOrderAndNeverOverlaps) {
  const FakeClock clock;
  std::vector<int> order;
  {
    Workers workers(4, 1024, clock);
    const auto strand = std::make_shared<Strand>(workers, std::make_shared<MessageCost>());
    for (int i = 0; i < 500; ++i) EXPECT_TRUE(strand->Post([&order, i] { order.push_back(i); }));
  }
  ASSERT_EQ(order.size(), 500U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(Strand, BreaksForGoodWhenTheQueueIsFull) {
  const FakeClock clock;
  std::promise<void> gate;
  const std::shared_future<void> open = gate.get_future().share();
  Workers workers(1, 4, clock);
  // The one thread is busy before the queue is filled: it takes nothing out any more.
  std::promise<void> busy;
  ASSERT_TRUE(workers.Submit(
      [&busy, open] {
        busy.set_value();
        open.wait();
      },
      std::make_shared<MessageCost>()));
  busy.get_future().wait();
  while (workers.Submit([open] { open.wait(); }, std::make_shared<MessageCost>())) {
  }
  const auto strand = std::make_shared<Strand>(workers, std::make_shared<MessageCost>());
  EXPECT_FALSE(strand->Post([] { ADD_FAILURE() << "must not run"; }));
  gate.set_value();
  EXPECT_FALSE(strand->Post([] { ADD_FAILURE() << "must not run"; }));
}

}  // namespace
}  // namespace spillway
