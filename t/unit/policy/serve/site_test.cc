// SPDX-License-Identifier: BSD-2-Clause
#include "policy/serve/site.h"

#include <gtest/gtest.h>

#include "milter/telemetry/recorder.h"
#include "policy/sim/scenario.h"
#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

const TimePoint kNow = TimePoint() + std::chrono::hours(1);

class SiteTest : public ::testing::Test {
 protected:
  void Messages(int count, uint32_t microseconds) {
    telemetry::Record record;
    record.check_count = 1;
    record.check_us[0] = microseconds;
    for (int i = 0; i < count; ++i) recorder_.Push(record);
    follower_.Follow(true);
  }
  std::string Describe(const std::string& check, double arrivals = 5) {
    const Shedder shedder({.budget = 1, .slots = 80}, {.arrivals = arrivals}, {});
    return SiteAsScenario({.config = config_, .shedder = shedder, .follower = follower_}, check);
  }

  const TempDir dir_;
  Config config_;
  Recorder recorder_{dir_ / "telemetry", {"spf"}, std::chrono::milliseconds(1000), kNow};
  TelemetryFollower follower_{dir_ / "telemetry"};
};

// A check of a few microseconds, too.
TEST_F(SiteTest, IsAScenario) {
  Messages(1000, 40);
  const sim::ScenarioResult result = sim::ParseScenario(Describe("spf"), "site");
  ASSERT_TRUE(result.errors.empty()) << result.errors.front();
  EXPECT_NEAR(result.scenario.service_mean, 40e-6, 1e-8);
  EXPECT_EQ(result.scenario.slots, 80);
  EXPECT_EQ(result.scenario.on_timeout, "accept");
  EXPECT_DOUBLE_EQ(result.scenario.offered_per_s, 5);
}

TEST_F(SiteTest, NeedsACheckThatRunsAndSomethingLearned) {
  EXPECT_EQ(Describe("spf"), "error=there is no filter\n");
  Messages(100, 1000);
  EXPECT_EQ(Describe("clamd"), "error=no check \"clamd\" runs\n");
  EXPECT_EQ(Describe("spf", 0), "error=nothing was learned yet of the mail and of spf\n");
}

}  // namespace
}  // namespace spillway
