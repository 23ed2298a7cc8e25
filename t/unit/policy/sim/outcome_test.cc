// SPDX-License-Identifier: BSD-2-Clause
#include "policy/sim/outcome.h"

#include <gtest/gtest.h>

namespace spillway::sim {
namespace {

Scenario Faulty(double multiplier, Milliseconds budget) {
  Scenario s;
  s.budget = budget;
  s.faults.push_back({std::chrono::seconds(100), std::chrono::seconds(100), multiplier, false});
  return s;
}

TEST(Outcome, RefusalIsNeedlessWhenNothingWasThreatened) {
  const Scenario s = Faulty(25, std::chrono::seconds(1));
  Outcome outcome(s);
  outcome.Refused(170, 10);  // slots free, late whatever the load
  EXPECT_EQ(outcome.needless_refusals, 1U);
  outcome.Refused(170, 60);  // half of the slots are taken
  outcome.TempfailedAtEnd(170);
  outcome.Refused(171, 10);  // it would have been tempfailed
  EXPECT_EQ(outcome.needless_refusals, 1U);
  EXPECT_EQ(outcome.refusals, 3U);
  EXPECT_DOUBLE_EQ(outcome.time_to_shed, 70);
}

TEST(Outcome, RefusalUnderLoadIsNotNeedless) {
  const Scenario s = Faulty(2, std::chrono::seconds(60));
  Outcome outcome(s);
  for (int i = 0; i < 2000; ++i) outcome.Arrived(100 + i * 0.05);
  outcome.Refused(200, 10);
  EXPECT_EQ(outcome.needless_refusals, 0U);
}

TEST(Outcome, AMomentOfFewSessionsIsNotPlenty) {
  const Scenario s = Faulty(25, std::chrono::seconds(1));
  Outcome outcome(s);
  for (double t = 0; t < 170; t += 0.25) outcome.Mode(true, 90, t);
  outcome.Refused(170, 10);
  EXPECT_EQ(outcome.needless_refusals, 0U);
}

TEST(Outcome, FlipsAndSecondEntries) {
  const Scenario s = Faulty(25, std::chrono::seconds(60));
  Outcome outcome(s);
  for (const bool limiting : {false, true, true, false, true, false})
    outcome.Mode(limiting, 0, 150);
  outcome.End({}, -1);
  EXPECT_EQ(outcome.flips, 4U);
  EXPECT_EQ(outcome.second_entries, 1U);
}

TEST(Outcome, LossCountsDevicesOfTheEventOnly) {
  const Scenario s = Faulty(25, std::chrono::seconds(60));
  const Host device{.kind = HostKind::kDevice};
  Outcome outcome(s);
  outcome.Offered(device, 50);
  outcome.Lost(50);
  for (int i = 0; i < 4; ++i) outcome.Offered(device, 150);
  outcome.Lost(150);
  EXPECT_DOUBLE_EQ(outcome.device_loss(), 0.25);
}

TEST(Outcome, FairnessIsJainsIndex) {
  const Scenario s;
  Outcome outcome(s);
  Host half{.kind = HostKind::kPostfix, .offered = 10, .served = 5};
  Host none{.kind = HostKind::kPostfix, .offered = 10, .served = 0};
  outcome.End({half, none}, -1);
  EXPECT_DOUBLE_EQ(outcome.fairness, 0.5);
}

}  // namespace
}  // namespace spillway::sim
