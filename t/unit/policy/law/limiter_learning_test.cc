// SPDX-License-Identifier: BSD-2-Clause
// What the limiter learns as normal, and what it measures for others.
#include <gtest/gtest.h>

#include "policy/law/limiter.h"
#include "t/rig/limiter_test.h"

namespace spillway {
namespace {

TEST_F(LimiterTest, LearnsTheHealthyFilter) {
  looks_.Run(healthy_, 600);
  EXPECT_NEAR(limiter_.learned().no_load, 1, 0.01);
  EXPECT_NEAR(limiter_.learned().arrivals, 10, 0.2);
  EXPECT_EQ(limiter_.learned().late_floor, 0);
}

// Pitfall 2: 25 s is never learned as normal.
TEST_F(LimiterTest, BaselineDoesNotMoveInAnIncident) {
  looks_.Run(healthy_, 120);
  looks_.Run(slow_, 1800);
  EXPECT_NEAR(limiter_.learned().no_load, 1, 0.2);
}

// More come than usual, for they come again.
TEST_F(LimiterTest, NothingIsLearnedWhileTheRefusedComeBack) {
  looks_.Run(healthy_, 600);
  limiter_.Resume(50, looks_.now());
  UntilOpen(healthy_, 120);
  Behaviour more = healthy_;
  more.completions = 30;
  looks_.Run(more, kLaw.comeback - 60);
  EXPECT_NEAR(limiter_.learned().arrivals, 10, 0.2);
  looks_.Run(more, 600);
  EXPECT_GT(limiter_.learned().arrivals, 12);
}

TEST_F(ShortBudgetTest, WhatLastsWithoutHarmIsTheNewNormal) {
  looks_.Run(fast_, 120);
  Behaviour late = late_;
  late.seconds = 0.3;
  looks_.Run(late, kLaw.lasting - 10);
  EXPECT_NEAR(limiter_.learned().late_floor, 0, 0.01);
  ASSERT_EQ(InRegime(), Regime::kDegraded);
  looks_.Run(late, 1500);
  EXPECT_EQ(InRegime(), Regime::kHealthy);
  EXPECT_GT(limiter_.learned().late_floor, 0.8);
  EXPECT_NEAR(limiter_.learned().no_load, 0.1, 0.01) << "what is late says nothing of it";
}

TEST_F(LimiterTest, SlowThatLastsIsTheNewNormal) {
  looks_.Run(healthy_, 120);
  Behaviour slow = healthy_;
  slow.seconds = 40;
  looks_.Run(slow, 400);
  ASSERT_EQ(InRegime(), Regime::kDegraded);
  looks_.Run(slow, 1000);
  EXPECT_EQ(InRegime(), Regime::kHealthy);
}

// Half of the messages are late, from the first day.
TEST_F(ShortBudgetTest, LateFromTheStartIsNormal) {
  Behaviour late = fast_;
  late.late = 0.5;
  looks_.Run(late, 200);
  EXPECT_EQ(InRegime(), Regime::kHealthy);
  EXPECT_NEAR(limiter_.learned().late_floor, 0.5, 0.05);
}

// A filter that is slow from the first day is not in an incident.
TEST_F(LimiterTest, SlowFromTheStartIsLearnedWhileSlotsAreFree) {
  const Behaviour slow{
      .completions = 1, .seconds = 18, .sessions = 18, .oldest = 18, .in_flight = 18};
  looks_.Run(slow, 300);
  EXPECT_EQ(InRegime(), Regime::kHealthy);
  EXPECT_NEAR(limiter_.learned().no_load, 18, 1);
}

// The first to complete are the fastest ones.
TEST_F(LimiterTest, FirstCompletionsAloneAreNotLearned) {
  Behaviour fast = healthy_;
  fast.seconds = 0.1;
  looks_.Run(fast, 20);
  EXPECT_EQ(limiter_.learned().no_load, 0);
  looks_.Run(healthy_, 120);
  EXPECT_GT(limiter_.learned().no_load, 0.5);
}

// What was learned before a restart weighs as much as what is seen now.
TEST(Learned, IsKeptOverARestart) {
  Limiter limiter({.budget = 120, .slots = 100}, {.no_load = 1, .arrivals = 10}, kLaw);
  Looks looks(limiter);
  looks.Run({.completions = 10, .seconds = 2, .sessions = 10, .in_flight = 10}, 60);
  EXPECT_LT(limiter.learned().no_load, 1.2);
}

// Eight of them, of which nobody can expect that one ends within three seconds.
TEST(Hold, SilenceOfFewSaysNothing) {
  Limiter limiter({60, 100}, {}, kLaw);
  Looks looks(limiter);
  const Behaviour few{
      .completions = 0.4, .seconds = 20, .sessions = 8, .oldest = 10, .in_flight = 8};
  looks.Run(few, 170);
  for (int i = 0; i < 20; ++i) {
    looks.Run(few, 0.25);
    EXPECT_LT(limiter.state().hold, 40);
  }
}

// What has ended says one second; that nothing ends any more says more and more.
TEST(Hold, StallTellsHowLongASlotIsHeld) {
  Limiter limiter({30, 100}, {}, kLaw);
  Looks looks(limiter);
  looks.Run({.completions = 10, .seconds = 1, .sessions = 10, .in_flight = 10}, 120);
  EXPECT_LT(limiter.state().hold, 2);
  looks.Run({.completions = 0, .sessions = 30, .oldest = 3, .in_flight = 30}, 4);
  EXPECT_GT(limiter.state().hold, 5);
  looks.Run({.completions = 0, .sessions = 30, .oldest = 20, .in_flight = 30}, 20);
  EXPECT_NEAR(limiter.state().hold, 30, 10);
}

// 10 sessions and 2 completions a second: each holds its slot for 5 s, whatever the filter needs.
TEST_F(ShortBudgetTest, HoldIsLittlesLawNotTheProcessingTime) {
  Behaviour idle = fast_;
  idle.completions = 2;
  idle.sessions = 10;
  looks_.Run(idle, 60);
  EXPECT_NEAR(limiter_.state().hold, 5, 0.5);
}

TEST_F(ShortBudgetTest, SaysWhatItSees) {
  looks_.Run(fast_, 120);
  Behaviour half = Deferring(10, 0.5);
  half.arrivals = 20;
  half.queue_wait = 0.3;
  looks_.Run(half, 60);
  const LimiterState& state = limiter_.state();
  EXPECT_NEAR(state.late_share, 0.5, 0.05);
  EXPECT_NEAR(state.deferred_share, 0.5, 0.05);
  EXPECT_NEAR(state.queue_share, 0.3, 0.01);
  EXPECT_NEAR(state.throughput, 5, 0.5);
  EXPECT_NEAR(state.arrivals, 20, 1);
}

}  // namespace
}  // namespace spillway
