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
  shedder.Order({OverrideMode::kHold, 40, kNow + std::chrono::minutes(1)});
  EXPECT_TRUE(shedder.limited());
  EXPECT_DOUBLE_EQ(shedder.limit(), 40);
  shedder.Tick(kNow + std::chrono::seconds(61), {});
  EXPECT_FALSE(shedder.limited());
}

const ClientId kDevice{.address = Ip::Parse("10.1.0.7").value()};

// With a list of devices.
Clients::Options Devices() {
  Config config;
  config.clients.internal = config.clients.cannot_retry = {"10.0.0.0/8"};
  return {.lists = ClientLists(config)};
}

// Devices pass the law's limit, not an order's.
TEST(Shedder, OrderHoldsForDevicesToo) {
  Shedder shedder({.budget = 1, .slots = 100}, {}, Devices());
  shedder.Resume(20, kNow);
  shedder.Tick(kNow, {});
  ASSERT_TRUE(shedder.limited());
  EXPECT_TRUE(shedder.WouldAdmit(kDevice, 99, kNow, kWall));
  shedder.Order({OverrideMode::kHold, 40, kNow + std::chrono::minutes(1)});
  EXPECT_TRUE(shedder.WouldAdmit(kDevice, 39, kNow, kWall));
  EXPECT_FALSE(shedder.WouldAdmit(kDevice, 50, kNow, kWall));
}

// Refused at connect, at the end of the message or not: whoever comes again is known to.
TEST(Shedder, LearnsFromItsRefusals) {
  Shedder shedder({.budget = 1, .slots = 100}, {}, {});
  shedder.Order({OverrideMode::kHold, 40, kNow + std::chrono::minutes(1)});
  EXPECT_FALSE(shedder.Admit(Stranger(1), 99, kNow, kWall));
  EXPECT_EQ(shedder.clients().Look(Stranger(1), kWall + 600).reason, TierReason::kReturning);
  EXPECT_TRUE(shedder.Admit(Stranger(1), 0, kNow, kWall + 600));
  EXPECT_EQ(shedder.clients().Find(Stranger(1))->returned, 1U);
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

// Ten messages a second come after a dialogue of two seconds each: twenty are on the way.
TEST(Shedder, WhoIsOnTheWayCounts) {
  Shedder shedder({.budget = 1, .slots = 100}, {}, {});
  Look look;
  look.completed = 5;
  look.dialogue = 2.0 * look.completed;
  look.held = 60;
  TimePoint now = kNow;
  for (int i = 0; i < 20; ++i) shedder.Tick(now += 2 * kTick, look);
  shedder.Resume(30, now);
  shedder.Tick(now += 2 * kTick, look);
  EXPECT_TRUE(shedder.WouldAdmit(Stranger(1), 63, now, kWall));
  EXPECT_FALSE(shedder.WouldAdmit(Stranger(1), 65, now, kWall));
  look.held = 5;
  shedder.Tick(now += 2 * kTick, look);
  EXPECT_TRUE(shedder.WouldAdmit(Stranger(1), 23, now, kWall)) << "no more than are held";
}

// After silence nothing is measured, but who was just admitted counts.
TEST(Shedder, ABurstAfterSilenceDoesNotPassTheLimit) {
  Shedder shedder({.budget = 1, .slots = 100}, {}, {});
  shedder.Resume(20, kNow);
  Tick(shedder, 0, 0, kNow);
  double held = 0;
  for (uint8_t i = 0; i < 100; ++i) held += shedder.Admit(Stranger(i), held, kNow, kWall) ? 1 : 0;
  EXPECT_LE(held, 20);
  EXPECT_GT(held, 10);
  Tick(shedder, static_cast<uint32_t>(held), 0, kNow + kTick);
  EXPECT_FALSE(shedder.WouldAdmit(Stranger(200), held + 5, kNow + kTick, kWall));
}

// The numbers of an experiment hold for the clients, too: here a minute after a refusal nobody is
// expected back any more.
TEST(Shedder, ItsNumbersAreThoseOfItsClients) {
  Shedder shipped({.budget = 1, .slots = 100}, {}, {});
  Shedder other({.budget = 1, .slots = 100}, {}, {}, 0, {.comeback = 60});
  for (Shedder* shedder : {&shipped, &other}) shedder->clients().Refused(Stranger(1), kWall);
  EXPECT_EQ(shipped.clients().Look(Stranger(1), kWall + 100).tier, Tier::kKnown);
  EXPECT_EQ(other.clients().Look(Stranger(1), kWall + 100).tier, Tier::kUnknown);
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
  Shedder shedder({.budget = 1, .slots = 100}, {}, Devices());
  shedder.FilterResponds(false);
  EXPECT_TRUE(shedder.WouldAdmit(Stranger(1), 20, kNow, kWall));
  EXPECT_FALSE(shedder.WouldAdmit(Stranger(1), 50, kNow, kWall));
  EXPECT_TRUE(shedder.WouldAdmit(kDevice, 95, kNow, kWall));
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
    in_filter += 2.5;
    Look look;
    look.completed = static_cast<uint32_t>(std::max(0.0, in_filter - 10 * budget));
    look.busy = look.completed * budget;
    look.late = look.completed;
    in_filter -= look.completed;
    look.held = static_cast<uint32_t>(in_filter);
    const std::vector<double> ages(look.held, budget / 2);
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
  shedder.Order({OverrideMode::kHold, 40, kNow + std::chrono::minutes(1)});
  EXPECT_DOUBLE_EQ(shedder.limit(), 60);
}

TEST(Shedder, AllThatDependsOnTheSlotsFollowsThem) {
  Shedder shedder({.budget = 20, .slots = 20}, {}, {});
  TimePoint now = kNow;
  for (size_t messages = 0; messages < 100; messages += 5)
    Tick(shedder, 100, messages, now += 2 * kTick);
  EXPECT_DOUBLE_EQ(shedder.limiter().max_limit(), 90);
  EXPECT_NEAR(shedder.budget().value(), 5, 0.5) << "ten a second may take half of a hundred";
}

// The law's own limit is why fewer are held.
TEST(Shedder, ConcludesNothingOfTheSlotsWhileItRefuses) {
  for (const bool refuses : {false, true}) {
    Shedder shedder({.budget = 1, .slots = 100}, {}, {});
    if (refuses) shedder.Resume(20, kNow);
    Look look;
    look.held = 30;
    look.door = 5;
    for (int i = 0; i < 40; ++i) shedder.Tick(kNow + i * kTick, look);
    EXPECT_EQ(shedder.slots().count(), refuses ? 100 : 30);
  }
}

// Whoever holds a slot counts where an order says so, or the filter does not respond.
TEST(Shedder, CountsAllSlotsUnderAnOrderOrWithoutAFilter) {
  Shedder shedder({.budget = 1, .slots = 100}, {}, {});
  Tick(shedder, 60, 0, kNow);
  EXPECT_TRUE(shedder.WouldAdmit(Stranger(1), 60, kNow, kWall));
  shedder.FilterResponds(false);
  EXPECT_FALSE(shedder.WouldAdmit(Stranger(1), 60, kNow, kWall));
  shedder.FilterResponds(true);
  shedder.Order({OverrideMode::kHold, 40, kNow + std::chrono::minutes(1)});
  EXPECT_FALSE(shedder.WouldAdmit(Stranger(1), 60, kNow, kWall));
}

TEST(Shedder, AnOrderCanOpen) {
  Shedder shedder({.budget = 1, .slots = 100}, {}, {});
  shedder.Resume(20, kNow);
  Tick(shedder, 60, 60, kNow);
  EXPECT_FALSE(shedder.WouldAdmit(Stranger(1), 60, kNow, kWall));
  shedder.Order({OverrideMode::kOpen, 100, kNow + std::chrono::minutes(1)});
  EXPECT_TRUE(shedder.WouldAdmit(Stranger(1), 60, kNow, kWall));
}

TEST(Shedder, TellsTheLimiterWhoAsked) {
  Shedder shedder({.budget = 1, .slots = 100}, {}, {});
  for (int i = 0; i < 40; ++i) {
    for (int j = 0; j < 3; ++j) shedder.Admit(Stranger(j), 0, kNow, kWall);
    Tick(shedder, 0, 0, kNow + i * kTick);
  }
  EXPECT_NEAR(shedder.limiter().state().arrivals, 12, 0.1);
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
