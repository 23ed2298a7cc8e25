// SPDX-License-Identifier: BSD-2-Clause
#include "milter/base/pending.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace spillway {
namespace {

using std::chrono::seconds;

TimePoint Now() {
  return TimePoint::clock::now();
}

TEST(Pending, TheDeadlineNamesWhatIsMissing) {
  Pending<int> pending("silent.example/TXT");
  Waited waited;
  const Deadline past(Now() - seconds(1));
  EXPECT_EQ(pending.Wait(past, waited), nullptr);
  EXPECT_EQ(waited.missing, "silent.example/TXT");
  EXPECT_EQ(waited.until, past.at());
}

TEST(Pending, TheFirstResultCountsAndItsTimeIsKept) {
  Pending<int> pending("x");
  const TimePoint before = Now();
  pending.Complete(1);
  pending.Complete(2);
  const TimePoint after = Now();
  Waited waited;
  const int* value = pending.Wait(Deadline(after + seconds(20)), waited);
  ASSERT_NE(value, nullptr);
  EXPECT_EQ(*value, 1);
  EXPECT_EQ(waited.missing, "");
  EXPECT_GE(waited.until, before);
  EXPECT_LE(waited.until, after);
}

TEST(Pending, ARefusalEndsTheWaitAtOnce) {
  Pending<int> pending("x");
  pending.Refuse("a free core");
  pending.Complete(1);
  Waited waited;
  EXPECT_EQ(pending.Wait(Deadline(Now() + seconds(3600)), waited), nullptr);
  EXPECT_EQ(waited.missing, "a free core");
  EXPECT_TRUE(pending.ready());
}

TEST(Pending, NothingStartsForWhoHasGone) {
  Pending<int> pending("x");
  EXPECT_FALSE(pending.abandoned());
  pending.Abandon();
  EXPECT_TRUE(pending.abandoned());
  EXPECT_FALSE(pending.Start());
}

TEST(Pending, AbandonWaitsForWhatHasStarted) {
  Pending<int> pending("x");
  std::atomic<bool> done = false;
  ASSERT_TRUE(pending.Start());
  std::thread worker([&] {
    done = true;
    pending.Complete(1);
  });
  pending.Abandon();
  EXPECT_TRUE(done);
  worker.join();
}

TEST(Pending, CallsRunBeforeAWaitReturns) {
  Pending<int> pending("x");
  std::atomic<int> heard = 0;
  pending.WhenDone([&](int value) { heard = value; });
  std::thread worker([&] { pending.Complete(7); });
  Waited waited;
  ASSERT_NE(pending.Wait(Deadline(Now() + seconds(20)), waited), nullptr);
  EXPECT_EQ(heard, 7);
  worker.join();
  pending.WhenDone([&](int value) { heard = value + 1; });
  EXPECT_EQ(heard, 8);
}

TEST(Waited, OfSeveralTheLastTimeAndTheFirstName) {
  Waited all{.until = TimePoint(seconds(5)), .missing = {}};
  all.Add({.until = TimePoint(seconds(3)), .missing = "a"});
  all.Add({.until = TimePoint(seconds(9)), .missing = "b"});
  EXPECT_EQ(all.until, TimePoint(seconds(9)));
  EXPECT_EQ(all.missing, "a");
}

}  // namespace
}  // namespace spillway
