// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/clients.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

constexpr int64_t kStart = 1'700'000'000;
constexpr int64_t kHour = 3600;

ClientLists Lists() {
  Config config;
  config.clients.internal = {"10.0.0.0/8"};
  config.clients.cannot_retry = {"10.1.0.0/16", "192.0.2.7"};
  config.clients.cannot_retry_users = {"copier"};
  return ClientLists(config);
}

Clients Make(size_t capacity = 1024) {
  return Clients({.capacity = capacity, .lists = Lists(), .seed = 7});
}

ClientId At(const char* address, std::string_view user = {}) {
  return {Ip::Parse(address).value(), user};
}

TEST(Clients, TiersByList) {
  const Clients clients = Make();
  EXPECT_EQ(clients.Look(At("10.1.2.3"), kStart).tier, Tier::kCannotRetry);
  EXPECT_EQ(clients.Look(At("198.51.100.1", "copier"), kStart).tier, Tier::kCannotRetry);
  EXPECT_EQ(clients.Look(At("198.51.100.1", "ann"), kStart).tier, Tier::kSubmission);
  EXPECT_EQ(clients.Look(At("198.51.100.1"), kStart).tier, Tier::kUnknown);
}

TEST(Clients, ListedOutsideTheInternalNetworksDoesNotCount) {
  EXPECT_EQ(Make().Look(At("192.0.2.7"), kStart).tier, Tier::kUnknown);
}

TEST(Clients, ReturningClientWaitsFromItsFirstRefusal) {
  Clients clients = Make();
  clients.Refused(At("198.51.100.1"), kStart);
  clients.Refused(At("198.51.100.1"), kStart + 600);
  const ClientView view = clients.Look(At("198.51.100.1"), kStart + 900);
  EXPECT_EQ(view.tier, Tier::kKnown);
  EXPECT_EQ(view.reason, TierReason::kReturning);
  EXPECT_DOUBLE_EQ(view.waiting, 900);
  clients.Admitted(At("198.51.100.1"), kStart + 900);
  EXPECT_DOUBLE_EQ(clients.Look(At("198.51.100.1"), kStart + 901).waiting, 0);
}

TEST(Clients, AdmittedOftenIsKnown) {
  Clients clients = Make();
  for (int i = 0; i < 5; ++i) clients.Admitted(At("198.51.100.1"), kStart + i);
  EXPECT_EQ(clients.Look(At("198.51.100.1"), kStart + 9).reason, TierReason::kKnownGood);
}

TEST(Clients, DeviceThatNeverComesBackIsLearned) {
  Clients clients = Make();
  for (int i = 0; i < 3; ++i) clients.Refused(At("10.9.9.9"), kStart + i * 24 * kHour);
  // Two streaks have ended, the third is still open.
  EXPECT_NE(clients.Look(At("10.9.9.9"), kStart + 48 * kHour + 60).tier, Tier::kCannotRetry);
  const ClientView view = clients.Look(At("10.9.9.9"), kStart + 50 * kHour);
  EXPECT_EQ(view.tier, Tier::kCannotRetry);
  EXPECT_EQ(view.reason, TierReason::kLearned);
  EXPECT_TRUE(clients.LearnedDevices(kStart + 48 * kHour).addresses.empty());
  EXPECT_EQ(clients.LearnedDevices(kStart + 50 * kHour).addresses,
            std::vector{At("10.9.9.9").address});
}

// The octets of 115.99.97.110 are "scan".
TEST(Clients, AddressWithTheOctetsOfAUserIsNotThatUser) {
  Clients clients = Make();
  for (int i = 0; i < 3; ++i)
    clients.Refused({At("198.51.100.1").address, "scan"}, kStart + i * 24 * kHour);
  const int64_t later = kStart + 50 * kHour;
  EXPECT_EQ(clients.Look({At("198.51.100.1").address, "scan"}, later).tier, Tier::kCannotRetry);
  EXPECT_EQ(clients.Look(At("115.99.97.110"), later).tier, Tier::kUnknown);
}

TEST(Clients, WhatIsLearnedIsForgottenAfterThreeMonths) {
  Clients clients = Make();
  for (int i = 0; i < 3; ++i) clients.Refused(At("10.9.9.9"), kStart + i * 24 * kHour);
  EXPECT_EQ(clients.Look(At("10.9.9.9"), kStart + 80 * 24 * kHour).tier, Tier::kCannotRetry);
  EXPECT_NE(clients.Look(At("10.9.9.9"), kStart + 100 * 24 * kHour).tier, Tier::kCannotRetry);
}

TEST(Clients, UsersAreLearnedByTheirWholeName) {
  Clients clients = Make();
  const std::string longest(63, 'a');
  const std::string too_long(64, 'b');
  for (int i = 0; i < 3; ++i) {
    for (const std::string& user : {longest, too_long})
      clients.Refused({At("198.51.100.1").address, user}, kStart + i * 24 * kHour);
  }
  const DeviceNames learned = clients.LearnedDevices(kStart + 50 * kHour);
  EXPECT_EQ(learned.users, std::vector{longest});
  EXPECT_TRUE(learned.addresses.empty());
}

// Pitfall 21: not coming back must not make anybody important.
TEST(Clients, StrangerThatNeverComesBackIsNot) {
  Clients clients = Make();
  for (int i = 0; i < 9; ++i) clients.Refused(At("198.51.100.1"), kStart + i * 24 * kHour);
  EXPECT_NE(clients.Look(At("198.51.100.1"), kStart + 999 * kHour).tier, Tier::kCannotRetry);
}

TEST(Clients, OneReturnShowsThatItCan) {
  Clients clients = Make();
  clients.Refused(At("10.9.9.9"), kStart);
  clients.Admitted(At("10.9.9.9"), kStart + 600);
  for (int i = 1; i < 6; ++i) clients.Refused(At("10.9.9.9"), kStart + i * 24 * kHour);
  EXPECT_NE(clients.Look(At("10.9.9.9"), kStart + 999 * kHour).tier, Tier::kCannotRetry);
}

TEST(Clients, AnIpv6HostIsItsNetwork) {
  const Clients clients = Make();
  EXPECT_EQ(clients.Look(At("2001:db8::1"), kStart).host,
            clients.Look(At("2001:db8::2"), kStart).host);
  EXPECT_NE(clients.Look(At("2001:db8::1"), kStart).host,
            clients.Look(At("2001:db8:0:1::1"), kStart).host);
  EXPECT_EQ(clients.Look(At("192.0.2.1"), kStart).network,
            clients.Look(At("192.0.2.9"), kStart).network);
}

TEST(Clients, MillionsOfStrangersDoNotPushOutLearnedDevices) {
  Clients clients = Make(1024);
  for (int i = 0; i < 3; ++i) clients.Refused(At("10.9.9.9"), kStart + i * 24 * kHour);
  const int64_t later = kStart + 60 * kHour;
  for (uint32_t i = 0; i < 1'000'000; ++i) {
    const std::array<uint8_t, 4> bytes = {198, static_cast<uint8_t>(i >> 16),
                                          static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)};
    clients.Refused({Ip::FromBytes4(bytes.data()), {}}, later);
  }
  EXPECT_LE(clients.Records().size(), 1024U);
  EXPECT_EQ(clients.Look(At("10.9.9.9"), later).tier, Tier::kCannotRetry);
}

TEST(Clients, RestoredFromRecords) {
  Clients before = Make();
  before.Refused(At("198.51.100.1"), kStart);
  before.Refused(At("2001:db8::1"), kStart);
  before.Admitted(At("192.0.2.1", "ann"), kStart);
  Clients after = Make();
  after.Restore(before.Records(), kStart);
  EXPECT_DOUBLE_EQ(after.Look(At("198.51.100.1"), kStart + 60).waiting, 60);
  ASSERT_NE(after.Find(At("2001:db8::1")), nullptr);
  EXPECT_EQ(after.Find(At("2001:db8::1"))->Name(), "2001:db8::1");
  EXPECT_EQ(after.Find(At("192.0.2.1", "ann"))->Name(), "ann");
}

}  // namespace
}  // namespace spillway
