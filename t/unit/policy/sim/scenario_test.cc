// SPDX-License-Identifier: BSD-2-Clause
#include "policy/sim/scenario.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace spillway::sim {
namespace {

TEST(Scenario, ReadsEveryKey) {
  const ScenarioResult result = ParseScenario(R"(
seed = 7
duration = "2h"
slots = 50
backlog = 10
told_slots = 60
workers = 5
cores = 3
processor = 0.05
dialogue = 0.5
dialogue_sigma = 0.8
service_mean = 0.25
service_sigma = 1
budget = "5s"
on_timeout = "tempfail"
[load]
offered_per_s = 3.5
device_share = 0.2
printer_share = 0.05
submission_share = 0.1
bot_share = 0.3
messages_per_connection = 2.5
device_patience = "30s"
mtas = 9
[[fault]]
at = "10m"
for = "5m"
multiplier = 12
[[fault]]
at = "60m"
for = "1m"
hang = true
[[fault]]
at = "70m"
for = "1m"
multiplier = 11
share = 0.5
[[idle]]
at = "5m"
for = "1m"
clients = 60
[[restart]]
at = "6m"
[law]
moment = 5
comeback = 600.5
[[surge]]
at = "30m"
for = "10m"
factor = 4
)",
                                              "s.toml");
  ASSERT_TRUE(result.errors.empty()) << result.errors.front();
  const Scenario& s = result.scenario;
  EXPECT_EQ(s.seed, 7);
  EXPECT_EQ(s.workers, 5);
  EXPECT_DOUBLE_EQ(s.service_mean, 0.25);
  EXPECT_EQ(s.on_timeout, "tempfail");
  EXPECT_EQ(s.mtas, 9);
  EXPECT_DOUBLE_EQ(s.ToldSlots(), 60);
  ASSERT_EQ(s.faults.size(), 3U);
  EXPECT_DOUBLE_EQ(s.MultiplierAt(4201), 6);
  EXPECT_TRUE(s.IdleAt(301));
  EXPECT_FALSE(s.IdleAt(361));
  ASSERT_EQ(s.restarts.size(), 1U);
  EXPECT_DOUBLE_EQ(s.MultiplierAt(599), 1);
  EXPECT_DOUBLE_EQ(s.MultiplierAt(600), 12);
  EXPECT_FALSE(s.HangsAt(600));
  EXPECT_TRUE(s.HangsAt(3601));
  EXPECT_DOUBLE_EQ(s.FactorAt(1801), 4);
  EXPECT_DOUBLE_EQ(s.printer_share, 0.05);
  EXPECT_DOUBLE_EQ(s.law.moment, 5);
  EXPECT_DOUBLE_EQ(s.law.comeback, 600.5);
  EXPECT_DOUBLE_EQ(s.law.look, Constants().look);
  EXPECT_DOUBLE_EQ(s.FirstEvent(), 600);
  EXPECT_DOUBLE_EQ(s.LastBegin(), 4200);
  EXPECT_DOUBLE_EQ(s.LastEvent(), 4260);
}

TEST(Scenario, ErrorsHaveTheirPlace) {
  const ScenarioResult result =
      ParseScenario("slotz = 3\n[[fault]]\nmultiplier = -1\n[load]\nmtas = \"x\"\n", "s.toml");
  EXPECT_EQ(result.errors, (std::vector<std::string>{
                               "s.toml:1:1: unknown key \"slotz\", did you mean \"slots\"?",
                               "s.toml:3:14: \"multiplier\" is -1, expected 0 to 100000",
                               "s.toml:5:8: \"mtas\" is of type string, expected a whole number"}));
  EXPECT_EQ(ParseScenario("service_mean = 0\n", "s").errors.size(), 1U);
  EXPECT_EQ(ParseScenario("[fault]\nat = \"1s\"\n", "s").errors.size(), 1U);
}

TEST(Scenario, EveryNumberOfTheLawCanBeSet) {
  for (const Constant& constant : kConstants) {
    const std::string text = "[law]\n" + std::string(constant.name) + " = 77.5\n";
    const ScenarioResult result = ParseScenario(text, "s.toml");
    EXPECT_TRUE(result.errors.empty()) << result.errors.front();
    EXPECT_EQ(result.scenario.law.*constant.value, 77.5) << constant.name;
    EXPECT_NE(Constants().*constant.value, 77.5) << constant.name;
    EXPECT_FALSE(constant.decides.empty());
    EXPECT_FALSE(constant.effect.empty());
  }
}

TEST(Scenario, OtherNumbersOfTheLawAreErrors) {
  const ScenarioResult result =
      ParseScenario("[law]\nlook = 9\nmomment = 3\nhalf = -1\n", "s.toml");
  ASSERT_EQ(result.errors.size(), 2U);
  EXPECT_EQ(result.errors[0], "s.toml:3:1: unknown key \"momment\", did you mean \"moment\"?");
  EXPECT_TRUE(result.errors[1].starts_with("s.toml:4:8: \"half\" is -1, expected 0 to "));
  EXPECT_EQ(ParseScenario("[law]\nhalf = 0\n", "s.toml").errors,
            std::vector<std::string>{"s.toml: \"half\" must be above 0"});
}

TEST(Scenario, ShippedOnesAreGood) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator("t/sim/design")) {
    std::ifstream file(entry.path());
    std::ostringstream text;
    text << file.rdbuf();
    const auto errors = ParseScenario(text.str(), entry.path()).errors;
    EXPECT_TRUE(errors.empty()) << errors.front();
    ++files;
  }
  EXPECT_GT(files, 10);
}

}  // namespace
}  // namespace spillway::sim
