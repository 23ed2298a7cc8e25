// SPDX-License-Identifier: BSD-2-Clause
// The plant against arithmetic, and the shipped law in it.
#include "policy/sim/plant.h"

#include <gtest/gtest.h>

#include "policy/sim/report.h"

namespace spillway::sim {
namespace {

Scenario Short() {
  Scenario s;
  s.duration = std::chrono::minutes(30);
  s.budget = std::chrono::seconds(10);
  return s;
}

Scenario WithFault(double multiplier) {
  Scenario s = Short();
  s.duration = std::chrono::minutes(60);
  s.faults.push_back({std::chrono::minutes(10), std::chrono::minutes(10), multiplier, false});
  return s;
}

TEST(Plant, ServesWhatIsOffered) {
  const Row row = Simulate(Short(), "none");
  EXPECT_NEAR(static_cast<double>(row.outcome.messages()), 18000, 600);
  EXPECT_EQ(row.outcome.refusals, 0U);
  EXPECT_GT(row.outcome.fairness, 0.99);
}

TEST(Plant, SameSeedSameRun) {
  Scenario s = WithFault(25);
  s.on_timeout = "required";
  EXPECT_EQ(Simulate(s, "ours").outcome.refusals, Simulate(s, "ours").outcome.refusals);
  Scenario other = s;
  other.seed = 2;
  EXPECT_NE(Simulate(s, "ours").outcome.refusals, Simulate(other, "ours").outcome.refusals);
}

// A scanner that is 25 times slower, and strangers' mail is not accepted without it: they are
// refused at connect instead of at the end of their messages, and devices lose nothing.
TEST(Plant, MandatoryWorkThatDoesNotFitIsRefusedEarly) {
  Scenario s = WithFault(25);
  s.budget = std::chrono::seconds(45);
  s.on_timeout = "tempfail";
  const Outcome ours = Simulate(s, "ours").outcome;
  EXPECT_LT(ours.device_loss(), 0.01);
  EXPECT_GT(ours.goodput_ratio(), 0.6);
  EXPECT_GT(ours.refusals, 1000U);
  EXPECT_LE(ours.flips, 4U);
  EXPECT_LT(ours.time_to_shed, 15);
  EXPECT_LT(ours.time_to_recover, 900);
}

// The numbers of the law are the scenario's.
TEST(Plant, LawOfTheScenarioChangesTheResult) {
  Scenario s = WithFault(25);
  s.duration = std::chrono::minutes(25);
  s.budget = std::chrono::seconds(45);
  s.on_timeout = "tempfail";
  const uint64_t shipped = Simulate(s, "ours").outcome.refusals;
  EXPECT_GT(shipped, 0U);
  s.law.harm = 2;
  s.law.door = 1e9;
  s.law.half = 2;
  EXPECT_EQ(Simulate(s, "ours").outcome.refusals, 0U);
}

// Devices in the internal networks that nobody has listed are lost in the first incidents only.
TEST(Plant, PrintersAreLearned) {
  Scenario s = Short();
  s.duration = std::chrono::hours(9);
  s.budget = std::chrono::seconds(20);
  s.service_mean = 0.3;
  s.on_timeout = "tempfail";
  s.printer_share = 0.1;
  for (const int hour : {1, 4, 7}) {
    s.faults.push_back(
        {.at = std::chrono::hours(hour), .length = std::chrono::minutes(10), .hang = true});
  }
  const Outcome ours = Simulate(s, "ours").outcome;
  EXPECT_GT(ours.refusals, 0U);
  EXPECT_LT(ours.printer_loss(), 0.2 * Simulate(s, "none").outcome.printer_loss());
}

// A short budget, late but accepted: not one refusal.
TEST(Plant, SlowDependencyWithSlotsFreeRefusesNobody) {
  Scenario s = WithFault(25);
  s.budget = std::chrono::seconds(1);
  s.service_mean = 0.2;
  EXPECT_EQ(Simulate(s, "ours").outcome.refusals, 0U);
}

TEST(Plant, HealthyDayRefusesNobody) {
  Scenario s = Short();
  s.duration = std::chrono::hours(6);
  EXPECT_EQ(Simulate(s, "ours").outcome.refusals, 0U);
}

TEST(Plant, SurgeKeepsTheWorkersBusy) {
  Scenario s = Short();
  s.duration = std::chrono::minutes(60);
  s.surges.push_back({std::chrono::minutes(10), std::chrono::minutes(10), 4});
  const Outcome ours = Simulate(s, "ours").outcome;
  EXPECT_GT(ours.goodput_ratio(), 0.9);
  EXPECT_LT(ours.device_loss(), 0.05);
}

// Nothing fits into the backlog, but the slots are free again a moment later: a SYN is sent again.
TEST(Plant, FullBacklogIsTriedAgain) {
  Scenario s = Short();
  s.duration = std::chrono::minutes(60);
  s.slots = s.workers = 20;
  s.backlog = 0;
  s.service_mean = 1;
  s.offered_per_s = 12;
  s.surges.push_back({std::chrono::minutes(10), std::chrono::minutes(10), 1.3});
  EXPECT_LT(Simulate(s, "none").outcome.device_loss(), 0.01);
}

// Late is accepted: the filter waits less, and nobody is refused.
TEST(Plant, ShorterBudgetInsteadOfRefusals) {
  Scenario s = WithFault(100);
  s.budget = std::chrono::seconds(20);
  s.service_mean = 0.2;
  const Outcome ours = Simulate(s, "ours").outcome;
  EXPECT_EQ(ours.refusals, 0U);
  EXPECT_GT(ours.unscanned(), 0.5);
  EXPECT_LT(ours.greeting_p99(), 1);
  EXPECT_EQ(ours.device_loss(), 0);
}

TEST(Plant, IdleClientsAndSlowDialoguesRefuseNobody) {
  Scenario s = Short();
  s.dialogue = 2;
  s.service_mean = 0.1;
  s.offered_per_s = 3;
  s.idles.push_back({std::chrono::minutes(5), std::chrono::minutes(10), 80});
  EXPECT_EQ(Simulate(s, "ours").outcome.refusals, 0U);
}

// Sessions with several messages, people, bots, and a policy daemon that starts again.
TEST(Plant, EverythingAtOnce) {
  Scenario s = WithFault(25);
  s.on_timeout = "required";
  s.dialogue = 0.5;
  s.processor = 0.02;
  s.submission_share = 0.1;
  s.bot_share = 0.3;
  s.messages_per_connection = 3;
  s.restarts.push_back({std::chrono::minutes(12)});
  const Outcome ours = Simulate(s, "ours").outcome;
  EXPECT_GT(ours.refusals, 0U);
  EXPECT_LT(ours.time_to_recover, 600);
  EXPECT_GT(ours.messages(), 5000U);
}

TEST(Report, RowsInBothForms) {
  const std::vector<Row> rows = {Simulate(Short(), "none"), Simulate(Short(), "fixed:50")};
  const std::string text = RowsAsText(rows);
  EXPECT_NE(text.find("controller"), std::string::npos);
  EXPECT_NE(text.find("\nfixed:50 "), std::string::npos) << text;
  const std::string json = RowsAsJson("x.toml", rows);
  EXPECT_NE(json.find("\"none\":{\"goodput_ratio\":1"), std::string::npos) << json;
  EXPECT_THROW(Simulate(Short(), "magic"), std::invalid_argument);
  EXPECT_THROW(Simulate(Short(), "fixed:"), std::invalid_argument);
}

TEST(Report, BestFixedIsNoWorseThanOneOfThem) {
  Scenario s = WithFault(25);
  s.duration = std::chrono::minutes(25);
  EXPECT_GE(BestFixed(s).outcome.goodput_ratio(), Simulate(s, "fixed:20").outcome.goodput_ratio());
}

// A few requests too many at a time, and all are late: the learned limit must not try that again
// and again. It did, and kept mail away for hours after a hang.
TEST(Plant, ScansThatTakeMostOfTheBudgetComeBackAfterAHang) {
  for (const int64_t seed : {2, 5, 8}) {
    Scenario s;
    s.seed = seed;
    s.duration = std::chrono::seconds(6000);
    s.budget = std::chrono::seconds(5);
    s.slots = 120;
    s.workers = 39;
    s.service_mean = 3.2;
    s.service_sigma = 0.04;
    s.on_timeout = "tempfail";
    s.offered_per_s = 8.4;
    s.device_share = 0.15;
    s.bot_share = s.submission_share = 0;
    s.messages_per_connection = 1;
    s.mtas = 200;
    s.faults.push_back({std::chrono::seconds(900), std::chrono::seconds(600), 1, true});
    EXPECT_LT(Simulate(s, "ours").outcome.time_to_recover, 1500) << "seed " << seed;
  }
}

}  // namespace
}  // namespace spillway::sim
