// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/shedder.h"

#include <gtest/gtest.h>

#include <algorithm>

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

// So many slots are held, and so many messages are in the filter.
void Tick(Shedder& shedder, uint32_t held, size_t messages, TimePoint now) {
  const std::vector<double> ages(messages, 0.1);
  Look look;
  look.held = held;
  look.ages = ages;
  shedder.Tick(now, look);
}

// Clients that send nothing do not count for the limit.
TEST(Shedder, CountsMessagesAndWhoIsOnTheWayNotSlots) {
  Shedder shedder({.budget = 1, .slots = 100}, {}, {});
  Tick(shedder, 80, 10, kNow);
  shedder.Resume(20, kNow);
  Tick(shedder, 80, 10, kNow + kTick);
  EXPECT_TRUE(shedder.limited());
  EXPECT_TRUE(shedder.WouldAdmit(Stranger(1), 80, kNow + kTick, kWall));
  EXPECT_FALSE(shedder.WouldAdmit(Stranger(1), 95, kNow + kTick, kWall)) << "15 more since";
}

// Who was admitted and has not sent its message yet will do so.
TEST(Shedder, WhoIsOnTheWayCountsForAWhile) {
  Shedder shedder({.budget = 1, .slots = 100}, {}, {});
  Tick(shedder, 60, 0, kNow);
  shedder.Resume(20, kNow);
  for (int i = 0; i < 15; ++i) shedder.Admit(Stranger(i), 60 + i, kNow, kWall);
  Tick(shedder, 75, 0, kNow + kTick);
  EXPECT_FALSE(shedder.WouldAdmit(Stranger(99), 80, kNow + kTick, kWall));
  Tick(shedder, 75, 0, kNow + std::chrono::seconds(30));
  EXPECT_TRUE(shedder.WouldAdmit(Stranger(99), 80, kNow + std::chrono::seconds(30), kWall));
}

// Most slots are held by clients that send nothing.
TEST(Shedder, SlotsHeldByIdleClientsAreNoReasonToRefuse) {
  Shedder shedder({.budget = 1, .slots = 100}, {}, {});
  for (int i = 0; i < 240; ++i) Tick(shedder, 95, 3, kNow + i * kTick);
  const TimePoint now = kNow + std::chrono::minutes(1);
  EXPECT_FALSE(shedder.limited());
  EXPECT_TRUE(shedder.crowded_by_idle());
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(shedder.Admit(Stranger(1), 95, now, kWall)) << i;
}

// Half of the slots for those who can come again, the rest for devices.
TEST(Shedder, AFilterThatDoesNotRespondIsShedFor) {
  Config config;
  config.clients.internal = config.clients.cannot_retry = {"10.0.0.0/8"};
  Shedder shedder({.budget = 1, .slots = 100}, {}, {.lists = ClientLists(config)});
  const ClientId device{Ip::Parse("10.1.0.7").value(), {}};
  shedder.FilterResponds(false);
  EXPECT_TRUE(shedder.WouldAdmit(Stranger(1), 20, kNow, kWall));
  EXPECT_FALSE(shedder.WouldAdmit(Stranger(1), 50, kNow, kWall));
  EXPECT_TRUE(shedder.WouldAdmit(device, 95, kNow, kWall));
  EXPECT_FALSE(shedder.mild(50)) << "at RCPT it would be too late";
  shedder.FilterResponds(true);
  EXPECT_TRUE(shedder.WouldAdmit(Stranger(1), 95, kNow, kWall));
}

// A gateway that was started a moment before its scanner got stuck: all that it ever saw is late.
TEST(Shedder, LateMessagesAreNoNormalTime) {
  Shedder shedder({.budget = 20, .slots = 100}, {}, {});
  double in_filter = 0;
  for (int i = 0; i < 4 * 300; ++i) {
    const double budget = shedder.budget().value();
    in_filter = std::min(in_filter + 2.5, 10 * budget);
    const std::vector<double> ages(static_cast<size_t>(in_filter), budget / 2);
    Look look;
    look.completed = in_filter >= 10 * budget ? (i % 2 == 0 ? 2U : 3U) : 0U;
    look.busy = look.completed * budget;
    look.late = look.waived = look.completed;
    look.held = static_cast<uint32_t>(in_filter);
    look.ages = ages;
    shedder.Tick(kNow + i * kTick, look);
  }
  EXPECT_LT(shedder.budget().value(), 8) << "half of the slots, at ten a second";
  EXPECT_FALSE(shedder.limited());
}

TEST(Shedder, GoesByTheSlotsThatItSees) {
  Shedder shedder({.budget = 1, .slots = 100}, {}, {});
  Tick(shedder, 150, 0, kNow);
  EXPECT_EQ(shedder.slots().count(), 150);
  shedder.Order({OverrideMode::kHold, 10, kNow + std::chrono::minutes(1)});
  EXPECT_DOUBLE_EQ(shedder.limit(), 15);
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
