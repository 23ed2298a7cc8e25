// SPDX-License-Identifier: BSD-2-Clause
#include "policy/ctl/forecast.h"

#include <gtest/gtest.h>

#include "policy/sim/report.h"

namespace spillway {
namespace {

TEST(Forecast, ReadsTheFault) {
  const auto slow = ParseFaultWish("clamd*10");
  ASSERT_TRUE(slow);
  EXPECT_EQ(slow->check, "clamd");
  EXPECT_DOUBLE_EQ(slow->multiplier, 10);
  EXPECT_FALSE(slow->hang);
  EXPECT_TRUE(ParseFaultWish("spf*hang")->hang);
  EXPECT_DOUBLE_EQ(ParseFaultWish("spf*2.5")->multiplier, 2.5);
  for (const char* wrong : {"", "clamd", "*10", "clamd*", "clamd*0", "clamd*-1", "clamd*x",
                            "clamd*10x", "clamd*inf", "clamd*nan", "clamd*1e9"})
    EXPECT_FALSE(ParseFaultWish(wrong)) << wrong;
}

TEST(Forecast, SaysWhatBecomesOfTheMail) {
  sim::Scenario scenario;
  scenario.budget = std::chrono::seconds(20);
  scenario.service_mean = 0.2;
  scenario.duration = std::chrono::minutes(60);
  scenario.faults.push_back(
      {.at = std::chrono::minutes(15), .length = std::chrono::minutes(5), .multiplier = 100});
  const std::string text = ForecastAsText(sim::Simulate(scenario, "ours").outcome,
                                          sim::Simulate(scenario, "none").outcome);
  EXPECT_NE(text.find("with Spillway:     devices lost 0 %, submission lost 0 %; external mail: "
                      "0 refused, "),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\nwithout admission: devices lost "), std::string::npos) << text;
}

}  // namespace
}  // namespace spillway
