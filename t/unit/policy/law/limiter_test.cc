// SPDX-License-Identifier: BSD-2-Clause
// What is trouble, and which of it is a reason to refuse. The limit: limiter_limit_test.cc.
#include "policy/law/limiter.h"

#include <gtest/gtest.h>

#include "t/rig/limiter_test.h"

namespace spillway {
namespace {

class DoorTest : public ShortBudgetTest {
 protected:
  DoorTest() { looks_.Run(busy_, 120); }
  Behaviour busy_{.completions = 900, .seconds = 0.1, .arrivals = 900, .sessions = 50};
};

TEST_F(LimiterTest, HealthyDoesNothing) {
  looks_.Run(healthy_, 3600);
  EXPECT_EQ(InRegime(), Regime::kHealthy);
  EXPECT_FALSE(limiter_.limiting());
}

TEST_F(ShortBudgetTest, WhatIsTempfailedIsRefusedAtConnect) {
  looks_.Run(fast_, 120);
  EXPECT_LT(UntilLimiting(Deferring(10, 1), 30), 20);
  EXPECT_EQ(WithCause(), Cause::kRequired);
}

// The filter does what it can, and what is tempfailed is what comes beyond that.
TEST_F(ShortBudgetTest, NobodyIsRefusedWhileHalfAsManyAsUsualGoWell) {
  looks_.Run(fast_, 120);
  looks_.Run(Deferring(30, 0.8), 300);
  EXPECT_EQ(InRegime(), Regime::kDegraded);
  looks_.Run(fast_, 60);
  EXPECT_LT(UntilLimiting(Deferring(10, 0.6), 30), 30);
}

// For a tenth of the mail the name servers never answer, also when all is well.
TEST_F(ShortBudgetTest, WhatIsAlwaysTempfailedIsNotRequired) {
  looks_.Run(Deferring(10, 0.1), 600);
  EXPECT_NEAR(limiter_.learned().deferred_floor, 0.1, 0.02);
  looks_.Run(Deferring(4, 0.25), 60);
  EXPECT_FALSE(limiter_.limiting());
  EXPECT_LT(UntilLimiting(Deferring(4, 0.4), 60), 60);
}

TEST_F(ShortBudgetTest, AFewTempfailedMessagesAreNoShare) {
  looks_.Run(fast_, 120);
  looks_.Run({.completions = 0.1, .seconds = 0.1}, 60);
  looks_.Run(Deferring(0.2, 1), 120);
  EXPECT_FALSE(limiter_.limiting());
}

// What is usual is not known yet.
TEST_F(ShortBudgetTest, TempfailedFromTheStartIsRefused) {
  EXPECT_LT(UntilLimiting(Deferring(10, 1), 30), 5);
}

TEST_F(DoorTest, BlockedForAMomentIsHarm) {
  busy_.door = 15;
  EXPECT_NEAR(UntilLimiting(busy_, 30), kLaw.moment, 0.5);
  EXPECT_EQ(WithCause(), Cause::kSlots);
}

TEST_F(DoorTest, BlockedWhileOthersHoldTheSlotsIsNone) {
  busy_.door = 15;
  busy_.held = 120;
  looks_.Run(busy_, 60);
  EXPECT_EQ(InRegime(), Regime::kHealthy);
  busy_.held = 100;
  EXPECT_LT(UntilLimiting(busy_, 30), 5);
}

TEST_F(DoorTest, WaitThatADeviceSurvivesIsNone) {
  busy_.door = 9;
  looks_.Run(busy_, 60);
  EXPECT_EQ(InRegime(), Regime::kHealthy);
}

TEST_F(DoorTest, BlockedInBurstsIsNone) {
  for (int i = 0; i < 40; ++i) {
    busy_.door = i % 2 == 0 ? 15 : 5;
    looks_.Run(busy_, 2);
  }
  EXPECT_EQ(InRegime(), Regime::kHealthy);
}

// Those who were refused come back in bursts, each of which blocks the door.
TEST_F(DoorTest, BlockedForAMomentIsNoneWhileTheRefusedComeBack) {
  limiter_.Resume(50, looks_.now());
  Behaviour open = busy_;
  open.sessions = 10;
  ASSERT_LT(UntilOpen(open, 600), 600);
  busy_.door = 15;
  EXPECT_NEAR(UntilLimiting(busy_, 60), 30, 1);
  ASSERT_LT(UntilOpen(open, 600), 600);
  looks_.Run(open, kLaw.comeback);
  EXPECT_NEAR(UntilLimiting(busy_, 60), kLaw.moment, 0.5);
}

TEST_F(DoorTest, WhereNobodySeesItFullSlotsStandForAWait) {
  busy_.door = -1;
  busy_.sessions = 85;
  looks_.Run(busy_, 60);
  EXPECT_EQ(InRegime(), Regime::kHealthy);
  busy_.sessions = 95;
  EXPECT_NEAR(UntilLimiting(busy_, 30), kLaw.look, 0.5);
  EXPECT_EQ(WithCause(), Cause::kSlots);
}

TEST_F(DoorTest, FullSlotsForAMomentAreABurst) {
  busy_.door = -1;
  for (int i = 0; i < 40; ++i) {
    busy_.sessions = i % 2 == 0 ? 95 : 80;
    looks_.Run(busy_, 4);
  }
  EXPECT_EQ(InRegime(), Regime::kHealthy);
}

TEST_F(LimiterTest, StallWithSlotsFillingIsSeenInSeconds) {
  looks_.Run(healthy_, 120);
  const Behaviour stalled{.completions = 0, .sessions = 60, .oldest = 11, .in_flight = 60};
  EXPECT_LT(UntilLimiting(stalled, 30), 15);
  EXPECT_EQ(WithCause(), Cause::kSlots);
}

// They leave soon: no reason to refuse, however many there are.
TEST_F(LimiterTest, ManyMessagesThatLeaveSoonDoNotPileUp) {
  looks_.Run(healthy_, 120);
  const Behaviour many{.completions = 15,
                       .seconds = 5,
                       .arrivals = 15,
                       .sessions = 75,
                       .oldest = 2.5,
                       .in_flight = 75};
  looks_.Run(many, 300);
  EXPECT_FALSE(limiter_.limiting());
}

// Nor where it is much less than usual: these stay for a second and a half.
TEST(PilesUp, NotWhatLeavesSoon) {
  Limiter limiter({.budget = 60, .slots = 100}, {.no_load = 1, .arrivals = 100}, kLaw);
  Looks looks(limiter);
  looks.Run({.completions = 40, .seconds = 1.5, .sessions = 60, .in_flight = 60}, 120);
  EXPECT_FALSE(limiter.limiting());
}

// S is 10 s.
TEST(PilesUp, NotWhatStaysForHardlyLongerThanUsual) {
  Limiter limiter({.budget = 120, .slots = 100}, {.no_load = 10, .arrivals = 10}, kLaw);
  Looks looks(limiter);
  Behaviour behaviour{
      .completions = 4, .seconds = 12, .sessions = 60, .oldest = 12, .in_flight = 60};
  looks.Run(behaviour, 120);
  EXPECT_FALSE(limiter.limiting());
  behaviour.oldest = 60;
  looks.Run(behaviour, 10);
  EXPECT_TRUE(limiter.limiting());
}

// Ten more a second: by the messages that there will be in a moment, in which it is judged.
TEST(PilesUp, IsSeenBeforeHalfOfTheSlotsAreTaken) {
  Limiter limiter({.budget = 120, .slots = 100}, {.no_load = 0.1, .arrivals = 50}, kLaw);
  Looks looks(limiter);
  looks.Run({.completions = 50, .seconds = 0.1}, 60);
  Behaviour stall{.completions = 0, .sessions = 30, .oldest = 20, .in_flight = 0};
  for (; stall.in_flight < 90 && !limiter.limiting(); stall.in_flight += 5) looks.Run(stall, 0.5);
  EXPECT_LE(stall.in_flight, 60U);
}

// Twelve a second come, and from one moment to the next none completes.
TEST(PilesUp, IsHarmAtOnceWhenNoneCompletes) {
  Limiter limiter({.budget = 20, .slots = 100}, {}, kLaw);
  Looks looks(limiter);
  looks.Run({.completions = 12, .seconds = 0.1}, 10);
  Behaviour stall{.completions = 0, .sessions = 20, .oldest = 1, .in_flight = 0};
  for (; stall.in_flight < 90 && !limiter.limiting(); stall.in_flight += 3) looks.Run(stall, 0.25);
  EXPECT_LE(stall.in_flight, 12 * (kLaw.moment + 1));
}

TEST_F(ShortBudgetTest, StallWithSlotsFreeIsAnAlarm) {
  looks_.Run(fast_, 120);
  const Behaviour stalled{.completions = 0, .sessions = 5, .oldest = 4, .in_flight = 5};
  EXPECT_NEAR(UntilRegime(Regime::kDegraded, stalled, 30), 1 + kLaw.moment, 4);
  EXPECT_EQ(WithCause(), Cause::kStalled);
  looks_.Run(stalled, 60);
  EXPECT_FALSE(limiter_.limiting());
}

// The filter's own queue is what brownout is for.
TEST_F(LimiterTest, OwnQueueIsNoReasonToRefuseWhileSlotsAreFree) {
  looks_.Run(healthy_, 120);
  Behaviour queued = healthy_;
  queued.seconds = 40;
  queued.queue_wait = 0.8;
  queued.sessions = 30;
  looks_.Run(queued, 60);
  EXPECT_EQ(InRegime(), Regime::kDegraded);
  EXPECT_EQ(WithCause(), Cause::kSlow);
}

// S is 10 s, and B 100 s: four times as long is slow, three times is not.
TEST(Slow, IsFourTimesTheTimeWithoutLoad) {
  for (const double times : {3.0, 6.0}) {
    Limiter limiter({.budget = 100, .slots = 100}, {}, kLaw);
    Looks looks(limiter);
    Behaviour behaviour{.completions = 2, .seconds = 10, .sessions = 20, .in_flight = 20};
    looks.Run(behaviour, 200);
    behaviour.seconds *= times;
    looks.Run(behaviour, 120);
    EXPECT_EQ(limiter.state().cause, times > kLaw.slow ? Cause::kSlow : Cause::kNone) << times;
  }
}

// What takes a fifth of the budget is not slow, however fast it usually is.
TEST(Slow, IsNotWhatHardlyUsesTheBudget) {
  Limiter limiter({.budget = 100, .slots = 100}, {}, kLaw);
  Looks looks(limiter);
  looks.Run({.completions = 10, .seconds = 0.1}, 120);
  looks.Run({.completions = 10, .seconds = 15}, 120);
  EXPECT_EQ(limiter.state().regime, Regime::kHealthy);
}

TEST_F(ShortBudgetTest, LateButAcceptedWithSlotsFreeIsDegradedNotShed) {
  looks_.Run(fast_, 120);
  looks_.Run(late_, 400);
  EXPECT_EQ(InRegime(), Regime::kDegraded);
  EXPECT_FALSE(limiter_.limiting());
  looks_.Run(fast_, 60);
  EXPECT_EQ(InRegime(), Regime::kHealthy);
}

TEST_F(ShortBudgetTest, LateIsAFifthMoreThanUsual) {
  Behaviour usual = fast_;
  usual.late = 0.3;
  looks_.Run(usual, 1200);
  usual.late = 0.45;
  looks_.Run(usual, 60);
  EXPECT_EQ(InRegime(), Regime::kHealthy);
  usual.late = 0.6;
  looks_.Run(usual, 60);
  EXPECT_EQ(WithCause(), Cause::kLate);
}

TEST_F(ShortBudgetTest, AFewLateMessagesAreNoShare) {
  looks_.Run(fast_, 120);
  looks_.Run({.completions = 1, .seconds = 0.1, .late = 0.5}, 60);
  EXPECT_EQ(InRegime(), Regime::kHealthy);
}

TEST_F(ShortBudgetTest, SurgeWithLateMessagesRefusesNobodyWhileTheDoorIsOpen) {
  looks_.Run(fast_, 300);
  Behaviour surge = late_;
  surge.arrivals = surge.completions = 40;
  surge.sessions = 40;
  looks_.Run(surge, 60);
  EXPECT_EQ(InRegime(), Regime::kDegraded);
}

// Half of the slots are taken by messages that leave soon by themselves, or not.
TEST(Curable, RefusesNobodyUnlessSomethingIsMandatory) {
  for (const bool mandatory : {false, true}) {
    for (const bool curable : {false, true}) {
      Limiter limiter({.budget = 20, .slots = 100, .mandatory = mandatory}, {}, kLaw);
      Looks looks(limiter);
      looks.Run({.completions = 10, .seconds = 0.1}, 120);
      looks.Run({.completions = 4,
                 .seconds = 13,
                 .late = 0.9,
                 .sessions = 55,
                 .oldest = 13,
                 .in_flight = 55,
                 .curable = curable},
                120);
      EXPECT_EQ(limiter.limiting(), mandatory || !curable) << mandatory << curable;
    }
  }
}

TEST_F(LimiterTest, FewMessagesAreNoEvidence) {
  const Behaviour rare{
      .completions = 0.02, .seconds = 30, .sessions = 1, .oldest = 20, .in_flight = 1};
  looks_.Run(rare, 1800);
  EXPECT_EQ(InRegime(), Regime::kHealthy);
}

TEST_F(ShortBudgetTest, AMomentOfTroubleIsNoAlarm) {
  looks_.Run(fast_, 120);
  const Behaviour stalled{.completions = 0, .sessions = 5, .oldest = 4, .in_flight = 5};
  for (int i = 0; i < 10; ++i) {
    looks_.Run(stalled, 1 + kLaw.moment + 1);
    EXPECT_EQ(InRegime(), Regime::kHealthy);
    looks_.Run(fast_, 10);
  }
}

TEST_F(ShortBudgetTest, AnAlarmEndsOnceAllHasBeenWellForALook) {
  looks_.Run(fast_, 120);
  looks_.Run({.completions = 0, .sessions = 5, .oldest = 4, .in_flight = 5}, 20);
  ASSERT_EQ(InRegime(), Regime::kDegraded);
  EXPECT_GE(UntilRegime(Regime::kHealthy, fast_, 60), kLaw.look);
  EXPECT_EQ(InRegime(), Regime::kHealthy);
}

}  // namespace
}  // namespace spillway
