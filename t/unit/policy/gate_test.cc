// SPDX-License-Identifier: BSD-2-Clause
#include "policy/gate.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

constexpr int64_t kWall = 1'700'000'000;
const TimePoint kNow = TimePoint() + std::chrono::hours(1);

ClientId Stranger(int i) {
  return {Ip::Parse("198.51." + std::to_string(i) + ".1").value(), {}};
}

TEST(Gate, CountsWhatItAdmitsAndRefuses) {
  Gate gate({.budget = 1, .slots = 100}, {}, {});
  EXPECT_TRUE(gate.Admit(Stranger(1), 99, kNow, kWall));
  gate.Order({OverrideMode::kHold, 10, kNow + std::chrono::minutes(1)});
  EXPECT_FALSE(gate.Admit(Stranger(1), 99, kNow, kWall));
  EXPECT_TRUE(gate.Admit(Stranger(1), 0, kNow, kWall + 60));
  EXPECT_EQ(gate.counts().asked, 3U);
  EXPECT_EQ(gate.counts().refused, 1U);
  EXPECT_EQ(gate.counts().refused_by_tier[3], 1U);
  EXPECT_EQ(gate.counts().came_back, 1U);
}

TEST(Gate, OrderEndsByItself) {
  Gate gate({.budget = 1, .slots = 100}, {}, {});
  gate.Order({OverrideMode::kHold, 10, kNow + std::chrono::minutes(1)});
  EXPECT_TRUE(gate.limited());
  EXPECT_DOUBLE_EQ(gate.limit(), 10);
  gate.Tick(kNow + std::chrono::seconds(61), {});
  EXPECT_FALSE(gate.limited());
}

// Devices may pass the law's limit, not an order's.
TEST(Gate, OrderHoldsForDevicesToo) {
  Config config;
  config.clients.internal = config.clients.cannot_retry = {"10.0.0.0/8"};
  Gate gate({.budget = 1, .slots = 100}, {}, {.lists = ClientLists(config)});
  gate.Order({OverrideMode::kHold, 10, kNow + std::chrono::minutes(1)});
  const ClientId device{Ip::Parse("10.1.0.7").value(), {}};
  EXPECT_TRUE(gate.WouldAdmit(device, 11, kNow, kWall));
  EXPECT_FALSE(gate.WouldAdmit(device, 50, kNow, kWall));
}

TEST(Gate, RefusesSessionsWhenHardlyASlotIsFree) {
  Gate gate({.budget = 1, .slots = 100}, {}, {});
  gate.Order({OverrideMode::kHold, 80, kNow + std::chrono::minutes(1)});
  EXPECT_TRUE(gate.mild(80));
  EXPECT_FALSE(gate.mild(95));
}

TEST(Gate, AskingWhatIfChangesNothing) {
  Gate gate({.budget = 1, .slots = 100}, {}, {});
  gate.Order({OverrideMode::kHold, 10, kNow + std::chrono::minutes(1)});
  EXPECT_FALSE(gate.WouldAdmit(Stranger(1), 99, kNow, kWall));
  EXPECT_EQ(gate.counts().asked, 0U);
  EXPECT_EQ(gate.clients().Find(Stranger(1)), nullptr);
}

}  // namespace
}  // namespace spillway
