// SPDX-License-Identifier: BSD-2-Clause
// One test for each regime of the law, and for each pitfall that it must not fall into.
#include "policy/law/limiter.h"

#include <gtest/gtest.h>

#include <cmath>

#include "t/rig/looks.h"

namespace spillway {
namespace {

class ControllerTest : public ::testing::Test {
 protected:
  explicit ControllerTest(double budget = 120) : limiter_({budget, 100}, {}) {}
  bool Shedding() const { return limiter_.state().regime == Regime::kShedding; }
  double Limit() const { return limiter_.state().limit; }

  const Behaviour healthy_{.completions = 10, .seconds = 1, .sessions = 10, .in_flight = 10};
  // The scanner is 25 times slower, twenty workers behind it.
  const Behaviour slow_{.completions = 0.8,
                        .seconds = 25,
                        .sessions = 60,
                        .oldest = 30,
                        .in_flight = 60,
                        .refuses = true};
  Limiter limiter_;
  Looks looks_{limiter_};
};

class ShortBudgetTest : public ControllerTest {
 protected:
  ShortBudgetTest() : ControllerTest(1) {}
  const Behaviour fast_{.completions = 10, .seconds = 0.1};
  const Behaviour late_{
      .completions = 10, .seconds = 1, .late = 1, .sessions = 10, .oldest = 0.5, .in_flight = 10};
};

TEST_F(ControllerTest, HealthyDoesNothing) {
  looks_.Run(healthy_, 3600);
  EXPECT_EQ(limiter_.state().regime, Regime::kHealthy);
  EXPECT_FALSE(limiter_.limiting());
  EXPECT_NEAR(limiter_.learned().no_load, 1, 0.1);
  EXPECT_NEAR(limiter_.learned().arrivals, 10, 1);
}

TEST_F(ControllerTest, StallWithSlotsFillingIsSeenInSeconds) {
  looks_.Run(healthy_, 120);
  const Behaviour stalled{.completions = 0, .sessions = 60, .oldest = 4, .in_flight = 60};
  EXPECT_LT(looks_.Until(stalled, 30, [&] { return Shedding(); }), 5);
  EXPECT_EQ(limiter_.state().cause, Cause::kSlots);
  EXPECT_LT(Limit(), 60);
}

// Pitfall 3 and 4: neither to the floor, nor stuck low.
TEST_F(ControllerTest, SlowDependencySettlesWhereClientsStillWait) {
  looks_.Run(healthy_, 120);
  looks_.Run(slow_, 600);
  EXPECT_TRUE(Shedding());
  EXPECT_GT(Limit(), 15);  // the workers stay busy
  EXPECT_LT(Limit(), 60);  // and nobody waits over a minute
}

// Pitfall 2: 25 s is never learned as normal.
TEST_F(ControllerTest, BaselineDoesNotMoveInAnIncident) {
  looks_.Run(healthy_, 120);
  looks_.Run(slow_, 1800);
  EXPECT_NEAR(limiter_.learned().no_load, 1, 0.2);
}

// Pitfall 6.
TEST_F(ControllerTest, FloorIsAlwaysAdmitted) {
  looks_.Run(healthy_, 120);
  const Behaviour dead{
      .completions = 0, .sessions = 80, .oldest = 120, .in_flight = 80, .refuses = true};
  looks_.Run(dead, 1800);
  EXPECT_GE(Limit(), 2);
}

// Pitfall 8: after the repair a ramp, not a step.
TEST_F(ControllerTest, ReopensStepByStepAndOnlyWhileTheLimitIsMet) {
  looks_.Run(healthy_, 120);
  looks_.Run(slow_, 600);
  const double low = Limit();
  Behaviour repaired{
      .completions = 20, .seconds = 1, .sessions = 20, .in_flight = 20, .refuses = true};
  looks_.Run(repaired, 4);
  EXPECT_LT(Limit(), low + 3 * std::sqrt(low) + 3);
  looks_.Run(repaired, 45);
  EXPECT_EQ(limiter_.state().regime, Regime::kRecovering);
  EXPECT_GT(Limit(), 80);
  // Nobody is refused: no reason to move.
  repaired.refuses = false;
  repaired.sessions = 5;
  const double before = Limit();
  looks_.Run(repaired, 10);
  EXPECT_DOUBLE_EQ(Limit(), before);
}

TEST_F(ControllerTest, RecoversThenEndsWithoutASecondEntry) {
  looks_.Run(healthy_, 120);
  looks_.Run(slow_, 600);
  EXPECT_LT(
      looks_.Until(healthy_, 200, [&] { return limiter_.state().regime == Regime::kRecovering; }),
      40);
  EXPECT_TRUE(limiter_.limiting());
  looks_.Run(healthy_, 60);
  EXPECT_EQ(limiter_.state().regime, Regime::kHealthy);
  looks_.Run(healthy_, 4300);
  EXPECT_FALSE(limiter_.limiting());
}

// Refusing goes on as long as mandatory work does not fit, however fast the rest is.
TEST_F(ControllerTest, DoesNotEndWhileMessagesAreTempfailed) {
  looks_.Run(healthy_, 120);
  Behaviour deferred = healthy_;
  deferred.late = deferred.deferred = 0.5;
  deferred.refuses = true;
  looks_.Until(deferred, 60, [&] { return Shedding(); });
  looks_.Run(deferred, 600);
  EXPECT_EQ(limiter_.state().regime, Regime::kShedding);
}

// Whoever is refused leaves no samples: that nothing bad is seen does not mean that all is well.
TEST_F(ControllerTest, DoesNotEndWithoutEvidence) {
  looks_.Run(healthy_, 120);
  looks_.Run(slow_, 60);
  const Behaviour few{.completions = 0.01,
                      .seconds = 25,
                      .sessions = 1,
                      .oldest = 10,
                      .in_flight = 1,
                      .refuses = true};
  looks_.Run(few, 600);
  EXPECT_TRUE(Shedding());
}

// Pitfall 9: once an epoch.
TEST_F(ControllerTest, ActsOnceAnEpoch) {
  looks_.Run(healthy_, 120);
  looks_.Until(slow_, 30, [&] { return Shedding(); });
  int moves = 0;
  double last = Limit();
  for (int i = 0; i < 240; ++i) {
    looks_.Run(slow_, 0.25);
    if (Limit() != last) ++moves;
    last = Limit();
  }
  EXPECT_LE(moves, 20);  // 3 s at the least
}

// Pitfall 25: a suspended machine is not a stall.
TEST_F(ControllerTest, GapBetweenLooksDiscardsTheEpoch) {
  looks_.Run(healthy_, 120);
  looks_.Until(slow_, 30, [&] { return Shedding(); });
  looks_.Run(slow_, 1);
  const double before = Limit();
  looks_.Skip(300);
  looks_.Run(slow_, 0.25);
  EXPECT_DOUBLE_EQ(Limit(), before);
}

TEST_F(ControllerTest, FewMessagesAreNoEvidence) {
  const Behaviour rare{
      .completions = 0.02, .seconds = 30, .sessions = 1, .oldest = 20, .in_flight = 1};
  looks_.Run(rare, 1800);
  EXPECT_EQ(limiter_.state().regime, Regime::kHealthy);
}

// With few places there are few samples; they must not keep the limit down.
TEST_F(ControllerTest, LeavesTheFloorWithFewSamples) {
  looks_.Run(healthy_, 120);
  const Behaviour dead{
      .completions = 0, .sessions = 80, .oldest = 120, .in_flight = 80, .refuses = true};
  looks_.Run(dead, 1800);
  ASSERT_LE(Limit(), 4);
  const Behaviour repaired{.completions = 0.6,
                           .seconds = 5,
                           .sessions = 3,
                           .oldest = 2,
                           .in_flight = 3,
                           .refuses = true};
  looks_.Run(repaired, 120);
  EXPECT_GT(Limit(), 8);
}

// What is not known yet is no reason to refuse who would be lost by it.
TEST_F(ControllerTest, WhatCompletesIsNotKnownAtFirst) {
  looks_.Run(healthy_, 120);
  looks_.Until(slow_, 60, [&] { return Shedding(); });
  looks_.Run(slow_, 9);
  EXPECT_TRUE(std::isinf(limiter_.state().completions));
  looks_.Run(slow_, 2);
  EXPECT_NEAR(limiter_.state().completions, slow_.completions, 0.4);
}

// The filter's own queue is what brownout is for.
TEST_F(ControllerTest, OwnQueueIsNoReasonToRefuseWhileSlotsAreFree) {
  looks_.Run(healthy_, 120);
  Behaviour queued = healthy_;
  queued.seconds = 8;
  queued.queue_wait = 0.8;
  queued.sessions = 30;
  looks_.Run(queued, 60);
  EXPECT_EQ(limiter_.state().regime, Regime::kDegraded);
}

TEST_F(ShortBudgetTest, LateButAcceptedWithSlotsFreeIsDegradedNotShed) {
  looks_.Run(fast_, 120);
  looks_.Run(late_, 900);
  EXPECT_EQ(limiter_.state().regime, Regime::kDegraded);
  EXPECT_FALSE(limiter_.limiting());
  looks_.Run(fast_, 60);
  EXPECT_EQ(limiter_.state().regime, Regime::kHealthy);
}

TEST_F(ShortBudgetTest, RequiredLateIsRefusedAtConnectDownToTheFloor) {
  looks_.Run(fast_, 120);
  Behaviour deferred = late_;
  deferred.deferred = 1;
  deferred.refuses = true;
  EXPECT_LT(looks_.Until(deferred, 30, [&] { return Shedding(); }), 10);
  EXPECT_EQ(limiter_.state().cause, Cause::kRequired);
  deferred.sessions = 4;
  deferred.in_flight = 4;
  deferred.completions = 4;
  looks_.Run(deferred, 120);
  EXPECT_LE(Limit(), limiter_.min_limit() + 1);
  // The check is well again: the probes of the floor show it.
  Behaviour well = fast_;
  well.completions = 20;
  well.refuses = true;
  well.sessions = 4;
  looks_.Run(well, 120);
  EXPECT_GT(Limit(), 50);
}

// Half pass: refusing everybody would lose that half.
TEST_F(ShortBudgetTest, HalfDeferredWhateverTheLoadIsLetIn) {
  looks_.Run(fast_, 120);
  Behaviour half = late_;
  half.late = half.deferred = 0.5;
  half.refuses = true;
  looks_.Run(half, 30);
  double lowest = Limit();
  for (int i = 0; i < 60; ++i) {
    lowest = std::min(lowest, Limit());
    half.completions = Limit();  // one a second
    half.sessions = half.in_flight = static_cast<uint32_t>(Limit());
    looks_.Run(half, 5);
  }
  EXPECT_LT(lowest, 10);
  EXPECT_GT(Limit(), 50);
}

// For a tenth of the mail the name servers never answer, also when all is well.
TEST_F(ShortBudgetTest, WhatIsAlwaysTempfailedIsNotRequired) {
  Behaviour always = fast_;
  always.deferred = 0.1;
  looks_.Run(always, 600);
  EXPECT_NEAR(limiter_.learned().deferred_floor, 0.1, 0.02);
  Behaviour late = late_;
  late.deferred = 0.25;
  looks_.Run(late, 60);
  EXPECT_EQ(limiter_.state().regime, Regime::kDegraded);
}

// A tenth stays late whatever is done: Q must not stay where a worse time left it.
TEST_F(ShortBudgetTest, BetweenGoodAndBadTheLimitStillRises) {
  looks_.Run(fast_, 120);
  Behaviour deferred = late_;
  deferred.deferred = 1;
  deferred.refuses = true;
  looks_.Run(deferred, 10);
  deferred.sessions = deferred.in_flight = 4;
  looks_.Run(deferred, 120);
  ASSERT_LT(Limit(), 8);
  Behaviour mostly = fast_;
  mostly.deferred = mostly.late = 0.1;
  mostly.refuses = true;
  mostly.sessions = 4;
  looks_.Run(mostly, 1200);
  EXPECT_GT(Limit(), 50);
}

TEST_F(ShortBudgetTest, WhatLastsWithoutHarmIsTheNewNormal) {
  looks_.Run(fast_, 120);
  looks_.Run(late_, 600);
  ASSERT_EQ(limiter_.state().regime, Regime::kDegraded);
  looks_.Run(late_, 1500);
  EXPECT_EQ(limiter_.state().regime, Regime::kHealthy);
  EXPECT_NEAR(limiter_.learned().late_floor, 1, 0.01);
}

TEST_F(ShortBudgetTest, SurgeWithLateMessagesRefusesNobodyWhileTheDoorIsOpen) {
  looks_.Run(fast_, 300);
  Behaviour surge = late_;
  surge.arrivals = 40;
  surge.completions = 40;
  surge.sessions = 40;
  looks_.Run(surge, 60);
  EXPECT_EQ(limiter_.state().regime, Regime::kDegraded);
}

// Half of the slots are taken by messages that leave soon by themselves, or not.
TEST_F(ShortBudgetTest, WhatAShorterBudgetCuresRefusesNobody) {
  for (const bool mandatory : {false, true}) {
    for (const bool curable : {false, true}) {
      Limiter limiter({.budget = 20, .slots = 100, .mandatory = mandatory}, {});
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

// The times are good, but whoever comes next waits in the backlog.
TEST_F(ShortBudgetTest, FullSlotsAreAThreatWhateverTheTimes) {
  Behaviour busy{.completions = 900, .seconds = 0.1, .arrivals = 900, .sessions = 80};
  looks_.Run(busy, 120);
  ASSERT_EQ(limiter_.state().regime, Regime::kHealthy);
  busy.sessions = 95;
  busy.door = -1;
  EXPECT_NEAR(looks_.Until(busy, 30, [&] { return Shedding(); }), 10, 1);
  EXPECT_EQ(limiter_.state().cause, Cause::kSlots);
}

TEST_F(ShortBudgetTest, BlockedDoorIsHarmWhereTheFilterHoldsTheSlots) {
  Behaviour blocked{.completions = 900, .seconds = 0.1, .arrivals = 900, .sessions = 50};
  looks_.Run(blocked, 120);
  blocked.door = 15;
  blocked.held = 120;
  looks_.Run(blocked, 60);
  EXPECT_EQ(limiter_.state().regime, Regime::kHealthy) << "others hold them";
  blocked.held = 100;
  EXPECT_NEAR(looks_.Until(blocked, 30, [&] { return Shedding(); }), 3, 1);
  EXPECT_EQ(limiter_.state().cause, Cause::kSlots);
}

TEST_F(ShortBudgetTest, SlotsFullForAMomentAreABurst) {
  Behaviour busy{.completions = 900, .seconds = 0.1, .arrivals = 900, .sessions = 80};
  looks_.Run(busy, 120);
  for (int i = 0; i < 40; ++i) {
    busy.sessions = i % 2 == 0 ? 95 : 80;
    looks_.Run(busy, 2);
  }
  EXPECT_EQ(limiter_.state().regime, Regime::kHealthy);
}

TEST_F(ShortBudgetTest, LateIsAcceptedOfDevicesWhereNothingIsRequired) {
  looks_.Run(fast_, 1);
  EXPECT_TRUE(limiter_.state().late_accepted);
}

TEST_F(ControllerTest, BeyondTheirPatienceLateIsNoHelp) {  // B is 120 s
  looks_.Run(healthy_, 10);
  EXPECT_FALSE(limiter_.state().late_accepted);
}

// Eight of them, of which nobody can expect that one ends within three seconds.
TEST(PatientBudget, SilenceOfFewSaysNothing) {
  Limiter limiter({60, 100}, {});
  Looks looks(limiter);
  const Behaviour few{
      .completions = 0.4, .seconds = 20, .sessions = 8, .oldest = 10, .in_flight = 8};
  looks.Run(few, 170);
  for (int i = 0; i < 20; ++i) {
    looks.Run(few, 0.25);
    EXPECT_LT(limiter.state().hold, 40);
  }
}

TEST(Required, WhatIsSeenTellsWhetherLateIsAccepted) {
  Limiter limiter({1, 100, true}, {});
  Looks looks(limiter);
  const Behaviour fast{.completions = 10, .seconds = 0.1};
  looks.Run(fast, 120);
  EXPECT_FALSE(limiter.state().late_accepted);
  looks.Run({.completions = 10, .seconds = 1, .late = 1, .sessions = 10, .in_flight = 10}, 10);
  EXPECT_TRUE(limiter.state().late_accepted);
  looks.Run(fast, 240);
  EXPECT_FALSE(limiter.state().late_accepted);
}

// What has ended says one second; that nothing ends any more says a whole budget.
TEST(PatientBudget, StallTellsAtOnceHowLongASlotIsHeld) {
  Limiter limiter({30, 100}, {});
  Looks looks(limiter);
  looks.Run({.completions = 10, .seconds = 1, .sessions = 10, .in_flight = 10}, 120);
  EXPECT_LT(limiter.state().hold, 2);
  looks.Run({.completions = 0, .sessions = 30, .oldest = 3, .in_flight = 30}, 4);
  EXPECT_DOUBLE_EQ(limiter.state().hold, 30);
}

// 10 sessions and 2 completions a second: each holds its slot for 5 s, whatever the filter needs.
TEST_F(ShortBudgetTest, HoldIsLittlesLawNotTheProcessingTime) {
  Behaviour idle = fast_;
  idle.completions = 2;
  idle.sessions = 10;
  looks_.Run(idle, 60);
  EXPECT_NEAR(limiter_.state().hold, 5, 0.5);
}

// A filter that is slow from the first day is not in an incident.
TEST_F(ControllerTest, SlowFromTheStartIsLearnedWhileSlotsAreFree) {
  const Behaviour slow{
      .completions = 1, .seconds = 18, .sessions = 18, .oldest = 18, .in_flight = 18};
  looks_.Run(slow, 300);
  EXPECT_EQ(limiter_.state().regime, Regime::kHealthy);
  EXPECT_NEAR(limiter_.learned().no_load, 18, 1);
}

// The first to complete are the fastest ones.
TEST_F(ControllerTest, FirstCompletionsAloneAreNotLearned) {
  Behaviour fast = healthy_;
  fast.seconds = 0.1;
  looks_.Run(fast, 20);
  EXPECT_EQ(limiter_.learned().no_load, 0);
  looks_.Run(healthy_, 120);
  EXPECT_GT(limiter_.learned().no_load, 0.5);
}

TEST_F(ControllerTest, ResumesTheLimitOfBefore) {
  looks_.Run(healthy_, 1);
  limiter_.Resume(30, looks_.now());
  EXPECT_TRUE(Shedding());
  EXPECT_DOUBLE_EQ(Limit(), 30);
  looks_.Run(healthy_, 90);  // all is well: it lets go by itself
  EXPECT_EQ(limiter_.state().regime, Regime::kHealthy);
}

TEST(ControllerLimits, FloorAndCeilingFollowTheSlots) {
  EXPECT_DOUBLE_EQ(Limiter({60, 100}, {}).max_limit(), 95);
  EXPECT_DOUBLE_EQ(Limiter({60, 100}, {}).min_limit(), 4);
  EXPECT_DOUBLE_EQ(Limiter({60, 10}, {}).min_limit(), 2);
  EXPECT_EQ(RegimeName(Regime::kRecovering), "recovering");
  EXPECT_EQ(CauseName(Cause::kRequired), "required");
}

}  // namespace
}  // namespace spillway
