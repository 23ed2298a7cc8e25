// SPDX-License-Identifier: BSD-2-Clause
#include "policy/sim/judges.h"

#include <gtest/gtest.h>

namespace spillway::sim {
namespace {

const ClientId kClient{Ip::Parse("198.18.0.25").value(), {}};

Look Completed(uint32_t count, double seconds, uint32_t sessions) {
  Look look;
  look.completed = count;
  look.busy = count * seconds;
  look.held = sessions;
  return look;
}

TEST(Judges, ByName) {
  for (const char* name : {"ours", "none", "on_off", "refuse_la", "gradient2", "fixed:7"}) {
    const auto judge = MakeJudge(name, {});
    ASSERT_NE(judge, nullptr) << name;
    EXPECT_EQ(judge->Ask(kClient, 0, 1), Answer::kAdmit) << name;
  }
  for (const char* name : {"", "fixed", "fixed:x", "fixed:0", "fixed:7x"})
    EXPECT_EQ(MakeJudge(name, {}), nullptr) << name;
}

TEST(Judges, OnlyDevices) {
  const auto judge = MakeJudge("only_devices", {});
  EXPECT_EQ(judge->Ask({Ip::Parse("10.1.0.7").value(), {}}, 99, 1), Answer::kAdmit);
  EXPECT_EQ(judge->Ask(kClient, 0, 1), Answer::kRefuseSession);
}

// The law learns devices that nobody has listed; the others know the list.
TEST(Judges, WhoCannotRetry) {
  const ClientId listed{Ip::Parse("10.1.0.7").value(), {}};
  const ClientId printer{Ip::Parse("10.2.0.1").value(), {}};
  for (const char* name : {"ours", "none", "on_off"}) {
    const auto judge = MakeJudge(name, {});
    EXPECT_TRUE(judge->CannotRetry(listed, 1)) << name;
    EXPECT_FALSE(judge->CannotRetry(printer, 1)) << name;
    for (const double at : {0.0, 1e5, 2e5}) judge->Ended(printer, true, at);
    EXPECT_EQ(judge->CannotRetry(printer, 3e5), std::string(name) == "ours") << name;
  }
}

TEST(Judges, DevicesInFiveSecondsOfTheFirstEvent) {
  Scenario scenario;
  scenario.faults.push_back({.at = std::chrono::seconds(60)});
  const auto judge = MakeJudge("devices_in_5s", scenario);
  EXPECT_EQ(judge->Ask(kClient, 0, 64), Answer::kAdmit);
  EXPECT_EQ(judge->Ask(kClient, 0, 66), Answer::kRefuseSession);
  EXPECT_EQ(judge->Ask({Ip::Parse("10.1.0.7").value(), {}}, 99, 66), Answer::kAdmit);
}

TEST(Judges, FixedIsALimit) {
  const auto judge = MakeJudge("fixed:7", {});
  EXPECT_EQ(judge->Ask(kClient, 6, 1), Answer::kAdmit);
  EXPECT_EQ(judge->Ask(kClient, 7, 1), Answer::kRefuseSession);
}

TEST(Judges, OnOffFlipsWithTheTimes) {
  const auto judge = MakeJudge("on_off", {});
  for (double t = 0; t < 15; t += 0.25) judge->Tick(Completed(2, 5, 20), t);
  EXPECT_TRUE(judge->limiting());
  for (double t = 15; t < 40; t += 0.25) judge->Tick(Completed(2, 1, 20), t);
  EXPECT_FALSE(judge->limiting());
}

TEST(Judges, LoadAverageLags) {
  const auto judge = MakeJudge("refuse_la", {});
  const std::vector<double> ages(100, 1.0);
  Look look;
  look.ages = ages;
  for (double t = 0; t < 10; t += 0.25) judge->Tick(look, t);
  EXPECT_FALSE(judge->limiting());
  for (double t = 10; t < 120; t += 0.25) judge->Tick(look, t);
  EXPECT_TRUE(judge->limiting());
}

TEST(Judges, GradientShrinksWhenTimesGrow) {
  const auto judge = MakeJudge("gradient2", {});
  for (double t = 0; t < 60; t += 0.25) judge->Tick(Completed(5, 1, 90), t);
  EXPECT_EQ(judge->Ask(kClient, 60, 60), Answer::kAdmit);
  for (double t = 60; t < 90; t += 0.25) judge->Tick(Completed(1, 20, 90), t);
  EXPECT_EQ(judge->Ask(kClient, 60, 90), Answer::kRefuseSession);
}

}  // namespace
}  // namespace spillway::sim
