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

const Host kServer{.kind = HostKind::kPostfix};

TEST(Outcome, RefusalIsNeedlessWhenNothingWasThreatened) {
  const Scenario s = Faulty(25, std::chrono::seconds(1));
  Outcome outcome(s);
  outcome.Refused(kServer, 170, 10);  // slots free, late whatever the load
  EXPECT_EQ(outcome.needless_refusals, 1U);
  outcome.Refused(kServer, 170, 60);  // half of the slots are taken
  outcome.TempfailedAtEnd(170);
  outcome.Refused(kServer, 171, 10);  // it would have been tempfailed
  EXPECT_EQ(outcome.needless_refusals, 1U);
  EXPECT_EQ(outcome.refusals, 3U);
  EXPECT_DOUBLE_EQ(outcome.time_to_shed, 70);
}

TEST(Outcome, RefusalUnderLoadIsNotNeedless) {
  const Scenario s = Faulty(2, std::chrono::seconds(60));
  Outcome outcome(s);
  for (int i = 0; i < 2000; ++i) outcome.Arrived(kServer, {}, 100 + i * 0.05);
  outcome.Refused(kServer, 200, 10);
  EXPECT_EQ(outcome.needless_refusals, 0U);
}

TEST(Outcome, AMomentOfFewSessionsIsNotPlenty) {
  const Scenario s = Faulty(25, std::chrono::seconds(1));
  Outcome outcome(s);
  for (double t = 0; t < 170; t += 0.25) outcome.Mode(true, 90, t);
  outcome.Refused(kServer, 170, 10);
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
  outcome.Lost(device, 50);
  for (int i = 0; i < 4; ++i) outcome.Offered(device, 150);
  outcome.Lost(device, 150);
  EXPECT_DOUBLE_EQ(outcome.device_loss(), 0.25);
}

// In the first events they are learned.
TEST(Outcome, PrintersCountInTheLastEventOnly) {
  Scenario s = Faulty(25, std::chrono::seconds(60));
  s.faults.push_back({.at = std::chrono::seconds(500), .length = std::chrono::seconds(100)});
  const Host printer{.kind = HostKind::kPrinter};
  Outcome outcome(s);
  for (const double born : {150.0, 510.0, 520.0}) outcome.Offered(printer, born);
  outcome.Lost(printer, 150);
  EXPECT_EQ(outcome.printer_loss(), 0);
  outcome.Lost(printer, 510);
  EXPECT_DOUBLE_EQ(outcome.printer_loss(), 0.5);
  EXPECT_EQ(outcome.device_loss(), 0);
}

TEST(Outcome, TellsTheGroupsApart) {
  const Scenario s = Faulty(25, std::chrono::seconds(60));
  Outcome outcome(s);
  const Host bot{.kind = HostKind::kBot};
  const Host user{.kind = HostKind::kUser};
  for (int i = 0; i < 4; ++i) {
    outcome.Arrived(kServer, {.attempt_start = 149}, 150);
    outcome.Arrived(bot, {.attempt_start = 150}, 150);
    outcome.Offered(user, 150);
  }
  outcome.Refused(kServer, 150, 0);
  outcome.Refused(bot, 150, 0);
  outcome.Refused(bot, 150, 0);
  outcome.Lost(user, 150);
  EXPECT_DOUBLE_EQ(outcome.servers_refused(), 0.25);
  EXPECT_DOUBLE_EQ(outcome.bots_refused(), 0.5);
  EXPECT_DOUBLE_EQ(outcome.submission_loss(), 0.25);
  EXPECT_DOUBLE_EQ(outcome.greeting_p99(), 1);
}

TEST(Outcome, CountsWhatWasAcceptedUnscanned) {
  const Scenario s = Faulty(25, std::chrono::seconds(60));
  Outcome outcome(s);
  outcome.Served(kServer, {}, true, 150);
  outcome.Served(kServer, {}, false, 150);
  outcome.Served({.kind = HostKind::kBot}, {}, false, 150);
  EXPECT_DOUBLE_EQ(outcome.unscanned(), 0.5);
  EXPECT_EQ(outcome.messages(), 2U);
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
