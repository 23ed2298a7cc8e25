// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/clients.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

constexpr int64_t kStart = 1'700'000'000;
constexpr int64_t kHour = 3600;
constexpr int64_t kDay = 24 * kHour;
constexpr Constants kLaw;
constexpr auto kTimes = static_cast<int>(kLaw.times);

ClientLists Lists() {
  Config config;
  config.clients.internal = {"10.0.0.0/8"};
  config.clients.cannot_retry = {"10.1.0.0/16", "192.0.2.7"};
  config.clients.cannot_retry_users = {"copier"};
  return ClientLists(config);
}

Clients Make(size_t capacity = 1024) {
  return Clients({.capacity = capacity, .lists = Lists(), .seed = 7}, {});
}

ClientId At(const char* address, std::string_view user = {}, uint32_t mail = 0) {
  return {Ip::Parse(address).value(), user, mail};
}

// Refused once a day until a day after the last that makes it a device.
int64_t RefuseForDays(Clients& clients, const ClientId& client, int days = kTimes) {
  for (int i = 0; i < days; ++i) clients.Refused(client, kStart + i * kDay);
  return kStart + days * kDay;
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

// A bot's schedule does not wait so long.
TEST(Clients, ReturningIsWhoWaitsForMoreThanAMinute) {
  Clients clients = Make();
  clients.Refused(At("198.51.100.1"), kStart);
  EXPECT_EQ(clients.Look(At("198.51.100.1"), kStart + 60).tier, Tier::kUnknown);
  EXPECT_EQ(clients.Look(At("198.51.100.1"), kStart + 61).reason, TierReason::kReturning);
}

TEST(Clients, WhoComesTooLateIsNotReturning) {
  Clients clients = Make();
  clients.Refused(At("198.51.100.1"), kStart);
  const auto within = static_cast<int64_t>(kLaw.comeback);
  EXPECT_EQ(clients.Look(At("198.51.100.1"), kStart + within).reason, TierReason::kReturning);
  EXPECT_EQ(clients.Look(At("198.51.100.1"), kStart + within + 1).tier, Tier::kUnknown);
  clients.Admitted(At("198.51.100.1"), kStart + within + 1);
  EXPECT_EQ(clients.Find(At("198.51.100.1"))->abandoned, 1U);
  EXPECT_EQ(clients.Find(At("198.51.100.1"))->returned, 0U);
}

// A message on each of so many days.
void Send(Clients& clients, int days, bool deferred) {
  for (int day = 0; day < days; ++day) {
    clients.Admitted(At("198.51.100.1"), kStart + day * kDay);
    clients.Ended(At("198.51.100.1"), deferred, kStart + day * kDay);
  }
}

TEST(Clients, GoodMailOnSeveralDaysMakesKnown) {
  Clients clients = Make();
  Send(clients, kTimes - 1, false);
  EXPECT_EQ(clients.Look(At("198.51.100.1"), kStart + 9 * kDay).tier, Tier::kUnknown);
  Send(clients, kTimes, false);
  const ClientView view = clients.Look(At("198.51.100.1"), kStart + 9 * kDay);
  EXPECT_EQ(view.tier, Tier::kKnown);
  EXPECT_EQ(view.reason, TierReason::kKnownGood);
  EXPECT_EQ(clients.Look(At("198.51.100.2"), kStart + 9 * kDay).tier, Tier::kUnknown);
}

TEST(Clients, ManyMessagesOnOneDayAreOneDay) {
  Clients clients = Make();
  for (int i = 0; i < 100; ++i) Send(clients, 1, false);
  EXPECT_EQ(clients.Find(At("198.51.100.1"))->good_days, 1U);
}

TEST(Clients, OnlyMailThatWasAcceptedIsGood) {
  Clients clients = Make();
  for (int day = 0; day < 9; ++day) clients.Admitted(At("198.51.100.1"), kStart + day * kDay);
  EXPECT_EQ(clients.Look(At("198.51.100.1"), kStart + 10 * kDay).tier, Tier::kUnknown);
  Send(clients, 9, true);
  EXPECT_EQ(clients.Find(At("198.51.100.1"))->good_days, 0U);
}

TEST(Clients, WhoWasNeverAskedAboutIsNotRemembered) {
  Clients clients = Make();
  clients.Ended(At("198.51.100.1"), false, kStart);
  EXPECT_EQ(clients.Find(At("198.51.100.1")), nullptr);
}

TEST(Clients, TempfailedForLatenessIsARefusal) {
  Clients clients = Make();
  Send(clients, 1, true);
  const ClientView view = clients.Look(At("198.51.100.1"), kStart + 600);
  EXPECT_EQ(view.reason, TierReason::kReturning);
  EXPECT_DOUBLE_EQ(view.waiting, 600);
}

TEST(Clients, DeviceThatNeverComesBackIsLearned) {
  Clients clients = Make();
  const int64_t last = RefuseForDays(clients, At("10.9.9.9")) - kDay;
  EXPECT_NE(clients.Look(At("10.9.9.9"), last + 60).tier, Tier::kCannotRetry)
      << "the last streak is still open";
  EXPECT_TRUE(clients.LearnedDevices(last + 60).addresses.empty());
  const ClientView view = clients.Look(At("10.9.9.9"), last + 2 * kHour);
  EXPECT_EQ(view.tier, Tier::kCannotRetry);
  EXPECT_EQ(view.reason, TierReason::kLearned);
  EXPECT_EQ(clients.LearnedDevices(last + 2 * kHour).addresses,
            std::vector{At("10.9.9.9").address});
}

TEST(Clients, OneIncidentLessIsNotEnough) {
  Clients clients = Make();
  const int64_t later = RefuseForDays(clients, At("10.9.9.9"), kTimes - 1);
  EXPECT_NE(clients.Look(At("10.9.9.9"), later + kDay).tier, Tier::kCannotRetry);
}

// The octets of 115.99.97.110 are "scan".
TEST(Clients, AddressWithTheOctetsOfAUserIsNotThatUser) {
  Clients clients = Make();
  const ClientId user = At("198.51.100.1", "scan");
  const int64_t later = RefuseForDays(clients, user);
  EXPECT_EQ(clients.Look(user, later).tier, Tier::kCannotRetry);
  EXPECT_EQ(clients.Look(At("115.99.97.110"), later).tier, Tier::kUnknown);
}

TEST(Clients, UsersAreLearnedByTheirWholeName) {
  Clients clients = Make();
  const size_t room = ClientRecord().label.size();
  const std::string longest(room - 1, 'a');
  const std::string too_long(room, 'b');
  RefuseForDays(clients, At("198.51.100.1", too_long));
  const int64_t later = RefuseForDays(clients, At("198.51.100.1", longest));
  EXPECT_EQ(clients.Look(At("198.51.100.1", too_long), later).tier, Tier::kCannotRetry);
  const DeviceNames learned = clients.LearnedDevices(later);
  EXPECT_EQ(learned.users, std::vector{longest});
  EXPECT_TRUE(learned.addresses.empty());
}

// It sends its next scan ten minutes later; the one that was refused is lost.
TEST(Clients, ALaterScanOfTheSameDeviceIsNoReturn) {
  Clients clients = Make();
  for (int i = 0; i < kTimes; ++i) {
    const int64_t at = kStart + i * kDay;
    clients.Refused(At("10.9.9.9", "", 1), at);
    clients.Admitted(At("10.9.9.9", "", 2), at + 600);
    clients.Ended(At("10.9.9.9", "", 2), false, at + 601);
  }
  EXPECT_EQ(clients.Find(At("10.9.9.9"))->returned, 0U);
  EXPECT_EQ(clients.Look(At("10.9.9.9"), kStart + kTimes * kDay).tier, Tier::kCannotRetry);
}

TEST(Clients, TheSameMessageAgainIsAReturn) {
  for (const auto& [refused, again] : {std::pair{1U, 1U}, {1U, 0U}, {0U, 1U}}) {  // 0: not known
    Clients clients = Make();
    clients.Refused(At("10.9.9.9", "", refused), kStart);
    clients.Admitted(At("10.9.9.9", "", again), kStart + 600);
    EXPECT_EQ(clients.Find(At("10.9.9.9"))->returned, 1U) << refused << again;
    EXPECT_EQ(clients.Find(At("10.9.9.9"))->refusals, 0U) << refused << again;
  }
}

// At connect nobody knows which message comes; at its end one does.
TEST(Clients, AnAcceptedMessageIsAReturnOfTheSame) {
  Clients clients = Make();
  clients.Refused(At("10.9.9.9", "", 1), kStart);
  clients.Ended(At("10.9.9.9", "", 2), false, kStart + 300);
  EXPECT_EQ(clients.Find(At("10.9.9.9"))->returned, 0U);
  clients.Ended(At("10.9.9.9", "", 1), false, kStart + 600);
  EXPECT_EQ(clients.Find(At("10.9.9.9"))->returned, 1U);
}

// Pitfall 21: not coming back must not make anybody important.
TEST(Clients, StrangerThatNeverComesBackIsNot) {
  Clients clients = Make();
  const int64_t later = RefuseForDays(clients, At("198.51.100.1"), 9);
  EXPECT_NE(clients.Look(At("198.51.100.1"), later).tier, Tier::kCannotRetry);
  EXPECT_TRUE(clients.LearnedDevices(later).addresses.empty());
}

TEST(Clients, WhoIsNoLongerInternalIsNoDevice) {
  Clients before = Make();
  const int64_t later = RefuseForDays(before, At("10.9.9.9"));
  Clients after({.capacity = 1024, .seed = 7}, {});
  after.Restore(before.Records(), later);
  ASSERT_NE(after.Find(At("10.9.9.9")), nullptr);
  EXPECT_NE(after.Look(At("10.9.9.9"), later).tier, Tier::kCannotRetry);
}

TEST(Clients, OthersOfOurOwnDoNotPushOutLearnedDevices) {
  Clients clients = Make(1024);
  const int64_t later = RefuseForDays(clients, At("10.9.9.9"));
  for (uint32_t i = 0; i < 100'000; ++i) {
    const std::array<uint8_t, 4> bytes = {10, 2, static_cast<uint8_t>(i >> 8),
                                          static_cast<uint8_t>(i)};
    clients.Refused({.address = Ip::FromBytes4(bytes.data())}, later);
  }
  EXPECT_EQ(clients.Look(At("10.9.9.9"), later).tier, Tier::kCannotRetry);
}

TEST(Clients, OneReturnShowsThatItCan) {
  Clients clients = Make();
  clients.Refused(At("10.9.9.9"), kStart);
  clients.Admitted(At("10.9.9.9"), kStart + 600);
  for (int i = 1; i < 6; ++i) clients.Refused(At("10.9.9.9"), kStart + i * kDay);
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

ClientId Stranger(uint32_t i) {
  const std::array<uint8_t, 4> bytes = {198, static_cast<uint8_t>(i >> 16),
                                        static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)};
  return {.address = Ip::FromBytes4(bytes.data())};
}

void RefuseAMillion(Clients& clients, int64_t now) {
  for (uint32_t i = 0; i < 1'000'000; ++i) clients.Refused(Stranger(i), now);
}

TEST(Clients, MillionsOfStrangersDoNotPushOutLearnedDevices) {
  Clients clients = Make(1024);
  const int64_t later = RefuseForDays(clients, At("10.9.9.9"));
  RefuseAMillion(clients, later);
  EXPECT_LE(clients.Records().size(), 1024U);
  EXPECT_EQ(clients.Look(At("10.9.9.9"), later).tier, Tier::kCannotRetry);
}

// Nor those that may become devices: what has been seen of them must not be lost to strangers,
// whatever these have earned.
TEST(Clients, StrangersDoNotPushOutOurOwn) {
  Clients clients = Make(1024);
  clients.Refused(At("10.9.9.9"), kStart);
  clients.Admitted(At("10.9.9.8"), kStart);
  clients.Admitted(At("198.51.100.1", "ann"), kStart);
  clients.Admitted(At("203.0.113.1"), kStart);
  RefuseAMillion(clients, kStart + kDay);
  EXPECT_EQ(clients.Find(At("10.9.9.9"))->refusals, 1U);
  EXPECT_NE(clients.Find(At("10.9.9.8")), nullptr);
  EXPECT_NE(clients.Find(At("198.51.100.1", "ann")), nullptr);
  EXPECT_EQ(clients.Find(At("203.0.113.1")), nullptr);
}

TEST(Clients, WhoHasEarnedSomethingOutlivesWhoHasNot) {
  Clients clients = Make(1024);
  Send(clients, kTimes, false);
  for (uint32_t i = 0; i < 100'000; ++i) clients.Admitted(Stranger(i), kStart + 99 * kDay);
  EXPECT_EQ(clients.Look(At("198.51.100.1"), kStart + 99 * kDay).reason, TierReason::kKnownGood);
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
