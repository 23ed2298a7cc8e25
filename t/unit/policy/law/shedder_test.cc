// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/shedder.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

constexpr int64_t kWall = 1'700'000'000;
const TimePoint kNow = TimePoint() + std::chrono::hours(1);

ClientId Stranger(int i) {
  return {Ip::Parse("198.51." + std::to_string(i) + ".1").value(), {}};
}

TEST(Shedder, CountsWhatItAdmitsAndRefuses) {
  Shedder shedder({.budget = 1, .slots = 100}, {}, {});
  EXPECT_TRUE(shedder.Admit(Stranger(1), 99, kNow, kWall));
  shedder.Order({OverrideMode::kHold, 10, kNow + std::chrono::minutes(1)});
  EXPECT_FALSE(shedder.Admit(Stranger(1), 99, kNow, kWall));
  EXPECT_TRUE(shedder.Admit(Stranger(1), 0, kNow, kWall + 60));
  EXPECT_EQ(shedder.counts().asked, 3U);
  EXPECT_EQ(shedder.counts().refused, 1U);
  EXPECT_EQ(shedder.counts().refused_by_tier[3], 1U);
  EXPECT_EQ(shedder.counts().came_back, 1U);
}

TEST(Shedder, OrderEndsByItself) {
  Shedder shedder({.budget = 1, .slots = 100}, {}, {});
  shedder.Order({OverrideMode::kHold, 10, kNow + std::chrono::minutes(1)});
  EXPECT_TRUE(shedder.limited());
  EXPECT_DOUBLE_EQ(shedder.limit(), 10);
  shedder.Tick(kNow + std::chrono::seconds(61), {});
  EXPECT_FALSE(shedder.limited());
}

// Devices may pass the law's limit, not an order's.
TEST(Shedder, OrderHoldsForDevicesToo) {
  Config config;
  config.clients.internal = config.clients.cannot_retry = {"10.0.0.0/8"};
  Shedder shedder({.budget = 1, .slots = 100}, {}, {.lists = ClientLists(config)});
  shedder.Order({OverrideMode::kHold, 10, kNow + std::chrono::minutes(1)});
  const ClientId device{Ip::Parse("10.1.0.7").value(), {}};
  EXPECT_TRUE(shedder.WouldAdmit(device, 11, kNow, kWall));
  EXPECT_FALSE(shedder.WouldAdmit(device, 50, kNow, kWall));
}

TEST(Shedder, RefusesSessionsWhenHardlyASlotIsFree) {
  Shedder shedder({.budget = 1, .slots = 100}, {}, {});
  shedder.Order({OverrideMode::kHold, 80, kNow + std::chrono::minutes(1)});
  EXPECT_TRUE(shedder.mild(80));
  EXPECT_FALSE(shedder.mild(95));
}

TEST(Shedder, AskingWhatIfChangesNothing) {
  Shedder shedder({.budget = 1, .slots = 100}, {}, {});
  shedder.Order({OverrideMode::kHold, 10, kNow + std::chrono::minutes(1)});
  EXPECT_FALSE(shedder.WouldAdmit(Stranger(1), 99, kNow, kWall));
  EXPECT_EQ(shedder.counts().asked, 0U);
  EXPECT_EQ(shedder.clients().Find(Stranger(1)), nullptr);
}

}  // namespace
}  // namespace spillway
