// SPDX-License-Identifier: BSD-2-Clause
// Where the limit begins, how it moves, and when it ends; and the pitfalls that it must not fall
// into. Whether there is one: limiter_test.cc.
#include <gtest/gtest.h>

#include "policy/law/limiter.h"
#include "t/rig/limiter_test.h"

namespace spillway {
namespace {

// A limiter that already refuses, with a thousand slots.
class LimitTest : public LimiterTest {
 protected:
  LimitTest() : LimiterTest({.budget = 1, .slots = 1000}, {.no_load = 0.1, .arrivals = 100}) {}
  void Resume(double limit) {
    looks_.Run(refusing_, 1);
    limiter_.Resume(limit, looks_.now());
  }
  static Behaviour Deferring(double share) {
    return {.completions = 40, .seconds = 0.1, .late = share, .deferred = share, .sessions = 900};
  }
  const Behaviour refusing_{.completions = 100, .seconds = 0.1, .refuses = true};
};

TEST_F(LimitTest, DoublesBelowHalfOfTheSlotsThenRisesByAStep) {
  Resume(240);
  EXPECT_DOUBLE_EQ(NextLimit(refusing_), 480);
  const double by_a_step = 480 * (1 + kLaw.step);
  EXPECT_DOUBLE_EQ(NextLimit(refusing_), by_a_step);
  EXPECT_DOUBLE_EQ(NextLimit(refusing_), by_a_step * (1 + kLaw.step));
}

TEST_F(LimitTest, RisesOnlyWhereSomebodyWasRefused) {
  Resume(400);
  Behaviour quiet = refusing_;
  quiet.refuses = false;
  looks_.Run(quiet, 30);
  EXPECT_DOUBLE_EQ(limiter_.state().limit, 400);
  EXPECT_GT(NextLimit(refusing_), 400);
}

TEST_F(LimitTest, OneRefusalIsOneStep) {
  Resume(400);
  looks_.Run(refusing_, 0.25);
  Behaviour quiet = refusing_;
  quiet.refuses = false;
  looks_.Run(quiet, 30);
  EXPECT_DOUBLE_EQ(limiter_.state().limit, 500);
}

TEST_F(LimitTest, FallsByTheShareTempfailedAtMostByTheCut) {
  Resume(800);
  EXPECT_NEAR(NextLimit(Deferring(0.15)), 800 * 0.85, 1);
  Resume(800);
  EXPECT_NEAR(NextLimit(Deferring(1)), 800 * (1 - kLaw.cut), 0.1);
}

// A tenth stays late whatever is done: the limit must not stay where a worse time left it.
TEST_F(LimitTest, RisesWhileLittleIsTempfailed) {
  Resume(800);
  Behaviour little = Deferring(0.05);
  EXPECT_GT(NextLimit(little), 800);
}

TEST_F(LimitTest, RisesWhileEnoughGoWell) {
  Resume(800);
  Behaviour enough = Deferring(0.6);
  enough.completions = 150;
  EXPECT_GT(NextLimit(enough), 800);
}

TEST_F(LimitTest, FallsFromWhatIsUsed) {
  Resume(800);
  Behaviour less = Deferring(1);
  less.sessions = 500;
  EXPECT_NEAR(NextLimit(less), 500 * (1 - kLaw.cut), 0.1);
}

// At the moment of the step there is nobody.
TEST_F(LimitTest, FallsFromWhatWasUsedSinceTheLastStep) {
  Resume(800);
  looks_.Run(Deferring(1), kLaw.moment - 0.25);
  Behaviour gone = Deferring(1);
  gone.sessions = 0;
  EXPECT_NEAR(NextLimit(gone), 800 * (1 - kLaw.cut), 0.1);
}

TEST_F(LimitTest, AFewMessagesSayNothing) {
  Resume(800);
  Behaviour few = Deferring(1);
  few.completions = 1;
  looks_.Run(few, kLaw.few - 1);
  EXPECT_DOUBLE_EQ(limiter_.state().limit, 800);
  EXPECT_LT(NextLimit(few), 800);
}

TEST(Limit, DoesNotFallForWhatIsAlwaysTempfailed) {
  Limiter limiter({.budget = 1, .slots = 1000}, {0.1, 0.3, 100, 0.3}, kLaw);
  Looks looks(limiter);
  const Behaviour usual{
      .completions = 40, .seconds = 0.1, .deferred = 0.35, .sessions = 900, .refuses = true};
  looks.Run(usual, 1);
  limiter.Resume(800, looks.now());
  looks.Run(usual, 10);
  EXPECT_GT(limiter.state().limit, 800);
}

TEST_F(LimitTest, FallsWhileTheDoorIsBlocked) {
  Resume(800);
  Behaviour blocked = refusing_;
  blocked.sessions = 900;
  blocked.door = 5;
  EXPECT_NEAR(NextLimit(blocked), 800 * (1 - kLaw.cut), 0.1);
}

TEST_F(LimitTest, StaysBetweenItsEnds) {
  Resume(800);
  looks_.Run(Deferring(1), 300);
  EXPECT_DOUBLE_EQ(limiter_.state().limit, limiter_.min_limit());
  looks_.Run(refusing_, 300);
  EXPECT_DOUBLE_EQ(limiter_.state().limit, limiter_.max_limit());
}

TEST_F(LimitTest, EndsAfterAMinuteOfBeingWell) {
  Resume(500);
  Behaviour well = refusing_;
  well.refuses = false;
  looks_.Run(well, kLaw.look - 1);
  EXPECT_EQ(limiter_.state().regime, Regime::kShedding);
  looks_.Run(well, 2);
  EXPECT_EQ(limiter_.state().regime, Regime::kRecovering);
  looks_.Run(well, kLaw.minute - kLaw.look - 2);
  EXPECT_TRUE(limiter_.limiting());
  looks_.Run(well, 2);
  EXPECT_EQ(limiter_.state().regime, Regime::kHealthy);
}

// Being well may be due to the refusals.
TEST_F(LimitTest, DoesNotEndWhileACrowdIsRefused) {
  Resume(500);
  looks_.Run(refusing_, kLaw.lasting - 10);
  EXPECT_EQ(limiter_.state().regime, Regime::kRecovering);
  Behaviour quiet = refusing_;
  quiet.refuses = false;
  EXPECT_LT(looks_.Until(quiet, 100, [&] { return !limiter_.limiting(); }), 100);
}

TEST_F(LimitTest, EndsAtLatestAfterLasting) {
  Resume(500);
  const double ended = looks_.Until(refusing_, 2000, [&] { return !limiter_.limiting(); });
  EXPECT_NEAR(ended, kLaw.lasting, 1);
}

TEST_F(LimitTest, EndsWhileAFewAreRefused) {
  Resume(500);
  Behaviour few = refusing_;
  few.arrivals = 100;  // of which four are refused
  EXPECT_NEAR(looks_.Until(few, 200, [&] { return !limiter_.limiting(); }), kLaw.minute, 1);
}

TEST_F(LimitTest, AWaitAtTheDoorIsNotWell) {
  Resume(500);
  Behaviour waits = refusing_;
  waits.refuses = false;
  waits.door = 4;
  looks_.Run(waits, 2 * kLaw.lasting);
  EXPECT_EQ(limiter_.state().regime, Regime::kShedding);
}

TEST_F(LimitTest, NorIsLittleThatIsTempfailed) {
  Resume(500);
  Behaviour little = Deferring(0.15);
  looks_.Run(little, 2 * kLaw.lasting);
  EXPECT_EQ(limiter_.state().regime, Regime::kShedding);
  looks_.Run(Deferring(0.02), 200);
  EXPECT_FALSE(limiter_.limiting());
}

TEST_F(LimitTest, NorIsAStall) {
  Resume(500);
  looks_.Run({.completions = 0, .sessions = 10, .oldest = 200, .in_flight = 10}, 2 * kLaw.lasting);
  EXPECT_EQ(limiter_.state().regime, Regime::kShedding);
}

TEST_F(LimitTest, FewMessagesAreWellWhereNobodyIsRefused) {
  const Behaviour few{.completions = 0.02, .seconds = 0.1, .arrivals = 0.02, .in_flight = 0};
  looks_.Run(few, 1);
  limiter_.Resume(500, looks_.now());
  EXPECT_NEAR(looks_.Until(few, 600, [&] { return !limiter_.limiting(); }), 2 * kLaw.minute, 5);
}

TEST_F(LimitTest, RecoveringIsOverWithTheFirstHarm) {
  Resume(500);
  looks_.Until(refusing_, 30, [&] { return limiter_.state().regime == Regime::kRecovering; });
  Behaviour waits = refusing_;
  waits.door = 4;
  looks_.Run(waits, 0.25);
  EXPECT_EQ(limiter_.state().regime, Regime::kShedding);
}

TEST_F(LimiterTest, BeginsWithTheSessionsThatThereAre) {
  looks_.Run(healthy_, 120);
  UntilLimiting(slow_, 60);
  EXPECT_DOUBLE_EQ(Limit(), slow_.sessions);
}

TEST_F(LimiterTest, BeginsWithinItsEnds) {
  looks_.Run(healthy_, 1);
  limiter_.Resume(1, looks_.now());
  EXPECT_DOUBLE_EQ(Limit(), limiter_.min_limit());
  limiter_.Resume(1e6, looks_.now());
  EXPECT_DOUBLE_EQ(Limit(), limiter_.max_limit());
}

// Trouble that does no harm does not keep the limit for longer than `lasting`.
TEST_F(LimiterTest, SlowWithoutHarmEndsIntoDegraded) {
  looks_.Run(healthy_, 120);
  limiter_.Resume(50, looks_.now());
  const Behaviour slow{.completions = 2, .seconds = 40, .sessions = 20, .in_flight = 20};
  looks_.Run(slow, kLaw.lasting - 10);
  EXPECT_EQ(InRegime(), Regime::kShedding);
  EXPECT_NEAR(UntilOpen(slow, 300), 10 + kLaw.minute, 5);
  EXPECT_EQ(InRegime(), Regime::kDegraded);
}

TEST_F(LimiterTest, WhatAShorterBudgetCuresIsWell) {
  looks_.Run(healthy_, 120);
  limiter_.Resume(50, looks_.now());
  const Behaviour slow{
      .completions = 2, .seconds = 40, .sessions = 20, .in_flight = 20, .curable = true};
  EXPECT_NEAR(UntilOpen(slow, 300), kLaw.minute, 15);
}

// In closed loop. Pitfall 3 and 4: neither to the floor, nor stuck low.
TEST_F(LimiterTest, SlowDependencySettlesWhereClientsStillWait) {
  looks_.Run(healthy_, 120);
  Behaviour slow = slow_;
  UntilLimiting(slow, 60);
  for (int i = 0; i < 120; ++i) {
    slow.sessions = slow.in_flight = static_cast<uint32_t>(Limit());
    slow.oldest = slow.sessions / 2 / slow.completions;
    looks_.Run(slow, 10);
  }
  EXPECT_TRUE(limiter_.limiting());
  EXPECT_GE(Limit(), 20);  // the workers stay busy
  EXPECT_LT(Limit(), 70);  // and slots are free
}

// Pitfall 6.
TEST_F(LimiterTest, FloorIsAlwaysAdmitted) {
  looks_.Run(healthy_, 120);
  looks_.Run(dead_, 1800);
  EXPECT_DOUBLE_EQ(Limit(), limiter_.min_limit());
}

// Pitfall 8: after the repair a ramp, not a step.
TEST_F(LimiterTest, ReopensStepByStep) {
  looks_.Run(healthy_, 120);
  looks_.Run(slow_, 600);
  const double low = Limit();
  const Behaviour repaired{
      .completions = 20, .seconds = 1, .sessions = 20, .in_flight = 20, .refuses = true};
  looks_.Run(repaired, 4);
  EXPECT_LE(Limit(), 2 * low);
  looks_.Run(repaired, 45);
  EXPECT_EQ(InRegime(), Regime::kRecovering);
  EXPECT_GT(Limit(), 80);
}

TEST_F(LimiterTest, RecoversThenEndsWithoutASecondEntry) {
  looks_.Run(healthy_, 120);
  looks_.Run(slow_, 600);
  EXPECT_LT(UntilRegime(Regime::kRecovering, healthy_, 200), 40);
  EXPECT_TRUE(limiter_.limiting());
  looks_.Run(healthy_, 60);
  EXPECT_EQ(InRegime(), Regime::kHealthy);
  looks_.Run(healthy_, 4300);
  EXPECT_FALSE(limiter_.limiting());
}

// Refusing goes on as long as mandatory work does not fit, however fast the rest is.
TEST_F(LimiterTest, DoesNotEndWhileMessagesAreTempfailed) {
  looks_.Run(healthy_, 120);
  Behaviour deferred = healthy_;
  deferred.late = deferred.deferred = 0.6;
  deferred.refuses = true;
  UntilLimiting(deferred, 60);
  looks_.Run(deferred, 1200);
  EXPECT_EQ(InRegime(), Regime::kShedding);
}

// Whoever is refused leaves no samples: that nothing bad is seen does not mean that all is well.
TEST_F(LimiterTest, DoesNotEndWithoutEvidence) {
  looks_.Run(healthy_, 120);
  looks_.Run(slow_, 60);
  const Behaviour few{.completions = 0.01,
                      .seconds = 25,
                      .sessions = 1,
                      .oldest = 10,
                      .in_flight = 1,
                      .refuses = true};
  looks_.Run(few, 600);
  EXPECT_EQ(InRegime(), Regime::kShedding);
}

// Pitfall 9: once an epoch.
TEST_F(LimiterTest, ActsOnceAnEpoch) {
  looks_.Run(healthy_, 120);
  UntilLimiting(slow_, 30);
  int moves = 0;
  double last = Limit();
  for (int i = 0; i < 240; ++i) {
    looks_.Run(slow_, 0.25);
    if (Limit() != last) ++moves;
    last = Limit();
  }
  EXPECT_GE(moves, 1);
  EXPECT_LE(moves, 3);  // W is 25 s
}

// Pitfall 25: a suspended machine is not a stall.
TEST_F(LimiterTest, GapBetweenLooksDiscardsTheEpoch) {
  looks_.Run(healthy_, 120);
  UntilLimiting(slow_, 30);
  looks_.Run(slow_, 1);
  const double before = Limit();
  looks_.Skip(300);
  looks_.Run(slow_, 0.25);
  EXPECT_DOUBLE_EQ(Limit(), before);
}

// With few places there are few samples; they must not keep the limit down.
TEST_F(LimiterTest, LeavesTheFloorWithFewSamples) {
  looks_.Run(healthy_, 120);
  looks_.Run(dead_, 1800);
  const Behaviour repaired{.completions = 0.1,
                           .seconds = 5,
                           .sessions = 3,
                           .oldest = 2,
                           .in_flight = 3,
                           .refuses = true};
  looks_.Run(repaired, 200);
  EXPECT_GT(Limit(), limiter_.min_limit());
}

TEST_F(ShortBudgetTest, RequiredLateGoesDownToTheFloorAndComesBack) {
  looks_.Run(fast_, 120);
  Behaviour deferred = Deferring(10, 1);
  UntilLimiting(deferred, 30);
  deferred.sessions = deferred.in_flight = 4;
  deferred.completions = 4;
  looks_.Run(deferred, 120);
  EXPECT_DOUBLE_EQ(Limit(), limiter_.min_limit());
  // The check is well again: the probes of the floor show it.
  Behaviour well = fast_;
  well.completions = 20;
  well.refuses = true;
  well.sessions = 4;
  looks_.Run(well, 60);
  EXPECT_GT(Limit(), 80);
}

TEST_F(LimiterTest, ResumesTheLimitOfBefore) {
  looks_.Run(healthy_, 1);
  limiter_.Resume(30, looks_.now());
  EXPECT_EQ(InRegime(), Regime::kShedding);
  EXPECT_DOUBLE_EQ(Limit(), 30);
  looks_.Run(healthy_, 90);  // all is well: it lets go by itself
  EXPECT_EQ(InRegime(), Regime::kHealthy);
}

TEST(Limits, FloorAndCeilingFollowTheSlots) {
  const auto limiter = [](double slots) { return Limiter({60, slots}, {}, kLaw); };
  EXPECT_DOUBLE_EQ(limiter(100).max_limit(), kLaw.full * 100);
  EXPECT_DOUBLE_EQ(limiter(100).min_limit(), kLaw.step * 100);
  EXPECT_DOUBLE_EQ(limiter(5).min_limit(), 2);
  EXPECT_EQ(RegimeName(Regime::kRecovering), "recovering");
  EXPECT_EQ(CauseName(Cause::kRequired), "required");
}

}  // namespace
}  // namespace spillway
