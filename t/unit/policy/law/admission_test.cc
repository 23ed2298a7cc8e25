// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/admission.h"

#include <gtest/gtest.h>

#include <cmath>

namespace spillway {
namespace {

constexpr Constants kLaw;
const TimePoint kNow = TimePoint() + std::chrono::hours(100);
constexpr Places kPlaces{.limited = true, .limit = 40, .slots = 100, .life = 1};
// A session takes ten seconds.
constexpr Places kSlow{.limited = true, .limit = 100, .slots = 200, .life = 10};

ClientView Client(Tier tier, uint64_t host, double waiting = 0) {
  ClientView view;
  view.tier = tier;
  view.waiting = waiting;
  view.host = host * 0x9e3779b97f4a7c15;
  view.network = view.host;
  return view;
}

// At how many sessions the client is still let in.
int RoomFor(const Admission& admission, const ClientView& client, const Places& places,
            TimePoint now) {
  int sessions = 0;
  while (sessions < 2000 && admission.WouldAdmit(client, places, sessions, now)) ++sessions;
  return sessions;
}

class AdmissionTest : public testing::Test {
 protected:
  // Clients of a tier, one after the other, while so many sessions are there.
  void Ask(Tier tier, double per_second, double seconds, double sessions) {
    const TimePoint end = now_ + Seconds(seconds);
    for (; now_ < end; now_ += Seconds(1 / per_second))
      admitted_ += admission_.Admit(Client(tier, ++hosts_), kSlow, sessions, now_) ? 1 : 0;
  }
  int Room(Tier tier, double waiting = 0) {
    return RoomFor(admission_, Client(tier, ++hosts_, waiting), kSlow, now_);
  }
  double Entitled(Tier tier) { return admission_.Entitled(tier, kSlow, now_); }

  Admission admission_{kLaw};
  TimePoint now_ = kNow;
  uint64_t hosts_ = 0;
  int admitted_ = 0;
};

TEST(Admission, EverybodyWhileThereIsNoLimit) {
  Admission admission(kLaw);
  EXPECT_TRUE(admission.Admit(Client(Tier::kUnknown, 1), {.limited = false}, 1000, kNow));
}

TEST(Admission, DevicesAreAlwaysAdmitted) {
  const Admission admission(kLaw);
  EXPECT_TRUE(admission.WouldAdmit(Client(Tier::kCannotRetry, 1), kPlaces, 100, kNow));
  EXPECT_TRUE(admission.WouldAdmit(Client(Tier::kCannotRetry, 1), kPlaces, 1000, kNow));
}

TEST(Admission, AnOrderHoldsForDevices) {
  Places ordered = kPlaces;
  ordered.ordered = true;
  const Admission admission(kLaw);
  EXPECT_TRUE(admission.WouldAdmit(Client(Tier::kCannotRetry, 1), ordered, 39, kNow));
  EXPECT_FALSE(admission.WouldAdmit(Client(Tier::kCannotRetry, 1), ordered, 40, kNow));
}

// A client that is known and has just been refused is no worse off than a stranger.
TEST(Admission, StrangersUpToTheLimitLessAStep) {
  EXPECT_EQ(RoomFor(Admission(kLaw), Client(Tier::kUnknown, 1), kPlaces, kNow),
            std::lround((1 - kLaw.step) * kPlaces.limit));
}

// People's programs do not try again by themselves: with few of them, they have the other slots.
TEST_F(AdmissionTest, SubmissionHasAReserveBeyondTheLimit) {
  EXPECT_EQ(Room(Tier::kSubmission), kLaw.full * kSlow.slots);
  for (int i = 0; i < 49; ++i) Ask(Tier::kSubmission, 1000, 0.001, 150);
  EXPECT_EQ(admitted_, 49);
  EXPECT_EQ(Room(Tier::kSubmission), kLaw.full * kSlow.slots);
  for (int i = 0; i < 9; ++i) Ask(Tier::kSubmission, 1000, 0.001, 0);
  EXPECT_EQ(Room(Tier::kSubmission), kSlow.limit) << "they have half of the limit";
}

TEST(Admission, LongestDeferredFirst) {
  const auto room = [](double waiting) {
    return RoomFor(Admission(kLaw), Client(Tier::kKnown, 1, waiting), kPlaces, kNow);
  };
  EXPECT_EQ(room(0), std::lround((1 - kLaw.step) * kPlaces.limit));
  EXPECT_LT(room(0), room(kLaw.comeback / 2));
  EXPECT_LT(room(kLaw.comeback / 2), room(kLaw.comeback));
  EXPECT_EQ(room(kLaw.comeback), kPlaces.limit);
  EXPECT_EQ(room(2 * kLaw.comeback), kPlaces.limit);
}

// One a second, for ten seconds each: ten of them, and three standard deviations more.
TEST_F(AdmissionTest, EntitledIsTheDemandAndThreeDeviations) {
  EXPECT_EQ(Entitled(Tier::kUnknown), 0);
  Ask(Tier::kKnown, 1, 300, 1000);
  EXPECT_EQ(admitted_, 0);
  EXPECT_NEAR(Entitled(Tier::kUnknown), 10 + kLaw.deviations * std::sqrt(10.0), 1);
  EXPECT_EQ(Entitled(Tier::kKnown), 0) << "not to what they want themselves";
  EXPECT_EQ(Entitled(Tier::kSubmission), 0);
}

TEST_F(AdmissionTest, WhatTheyUseIsNotKeptFree) {
  Ask(Tier::kKnown, 1, 300, 10);
  EXPECT_EQ(admitted_, 300);
  EXPECT_NEAR(Entitled(Tier::kUnknown), kLaw.deviations * std::sqrt(10.0), 1);
}

TEST_F(AdmissionTest, AtMostHalfOfTheLimitIsKeptFree) {
  Ask(Tier::kKnown, 20, 120, 1000);
  EXPECT_EQ(Entitled(Tier::kUnknown), kLaw.half * kSlow.limit);
}

TEST_F(AdmissionTest, DemandIsKnownSoonAfterTheStart) {
  Ask(Tier::kKnown, 1, 10, 1000);
  EXPECT_NEAR(Entitled(Tier::kUnknown), 10 + kLaw.deviations * std::sqrt(10.0), 2);
}

TEST_F(AdmissionTest, DemandThatIsOverIsForgotten) {
  Ask(Tier::kKnown, 1, 300, 1000);
  now_ += std::chrono::minutes(20);
  EXPECT_LT(Entitled(Tier::kUnknown), 0.1);
}

TEST_F(AdmissionTest, StrangersAreBehindTheDemandOfTheKnown) {
  EXPECT_EQ(Room(Tier::kUnknown), 80);
  Ask(Tier::kKnown, 3, 300, 1000);
  EXPECT_NEAR(Room(Tier::kUnknown), 80 - 30 - kLaw.deviations * std::sqrt(30.0), 2);
  EXPECT_EQ(Room(Tier::kKnown), 80);
  EXPECT_EQ(Room(Tier::kSubmission), 180);
}

TEST_F(AdmissionTest, TheKnownAreBehindTheDemandOfSubmission) {
  Ask(Tier::kSubmission, 1, 300, 1000);
  EXPECT_NEAR(Room(Tier::kKnown), 80 - 19.5, 2);
  EXPECT_NEAR(Room(Tier::kUnknown), 80 - 19.5, 2);
  EXPECT_EQ(Room(Tier::kSubmission), 180);
}

// Nothing is kept free for devices: they are admitted anyway.
TEST_F(AdmissionTest, DemandOfDevicesReservesNothing) {
  Ask(Tier::kCannotRetry, 3, 300, 1000);
  EXPECT_EQ(Room(Tier::kUnknown), 80);
}

// One that floods gets no more places reserved than its share.
TEST_F(AdmissionTest, AFloodReservesNothing) {
  for (int i = 0; i < 3000; ++i, now_ += std::chrono::milliseconds(100))
    admission_.Admit(Client(Tier::kKnown, 1), kSlow, 60, now_);
  EXPECT_LT(Entitled(Tier::kUnknown), 30);
}

TEST(Admission, OneClientDoesNotTakeAll) {
  for (const Tier tier : {Tier::kSubmission, Tier::kKnown, Tier::kUnknown}) {
    Admission admission(kLaw);
    int admitted = 0;
    for (int i = 0; i < 40; ++i)
      admitted += admission.Admit(Client(tier, 5), kPlaces, 26, kNow) ? 1 : 0;
    EXPECT_EQ(admitted, kLaw.harm * kPlaces.limit);
    EXPECT_TRUE(admission.WouldAdmit(Client(tier, 6), kPlaces, 26, kNow));
    EXPECT_TRUE(admission.WouldAdmit(Client(tier, 5), kPlaces, 20, kNow)) << "nobody else wants";
  }
}

// A fifth of the slots, for it is admitted beyond the limit.
TEST(Admission, NorDoesOneDevice) {
  Admission admission(kLaw);
  int admitted = 0;
  for (int i = 0; i < 200; ++i)
    admitted += admission.Admit(Client(Tier::kCannotRetry, 5), kPlaces, 90, kNow) ? 1 : 0;
  EXPECT_EQ(admitted, kLaw.harm * kPlaces.slots);
  EXPECT_TRUE(admission.WouldAdmit(Client(Tier::kCannotRetry, 6), kPlaces, 90, kNow));
}

// By the network, but devices by their address: they are our own, and side by side.
TEST(Admission, NeighboursAreOneClientUnlessTheyAreDevices) {
  for (const Tier tier : {Tier::kUnknown, Tier::kCannotRetry}) {
    Admission admission(kLaw);
    int admitted = 0;
    for (uint64_t i = 0; i < 30; ++i) {
      ClientView client = Client(tier, i);
      client.network = 7;
      admitted += admission.Admit(client, kPlaces, 26, kNow) ? 1 : 0;
    }
    EXPECT_EQ(admitted, tier == Tier::kCannotRetry ? 30 : kLaw.harm * kPlaces.limit);
  }
}

TEST(Admission, TwoSessionsAreNoFlood) {
  const Places floor{.limited = true, .limit = 4, .slots = 20, .life = 30};
  Admission admission(kLaw);
  for (int i = 0; i < 2; ++i)
    EXPECT_TRUE(admission.Admit(Client(Tier::kUnknown, 1), floor, 2.5, kNow));
  EXPECT_FALSE(admission.Admit(Client(Tier::kUnknown, 1), floor, 2.5, kNow));
}

TEST(Admission, WhatAClientHeldLeaksAway) {
  Admission admission(kLaw);
  for (int i = 0; i < 40; ++i) admission.Admit(Client(Tier::kSubmission, 5), kPlaces, 26, kNow);
  EXPECT_FALSE(admission.WouldAdmit(Client(Tier::kSubmission, 5), kPlaces, 26, kNow));
  EXPECT_TRUE(admission.WouldAdmit(Client(Tier::kSubmission, 5), kPlaces, 26,
                                   kNow + std::chrono::seconds(5)));
}

TEST(Admission, FloorLetsSomebodyIn) {
  const Places floor{.limited = true, .limit = 2, .slots = 100, .life = 30};
  EXPECT_TRUE(Admission(kLaw).WouldAdmit(Client(Tier::kUnknown, 1), floor, 0, kNow));
}

}  // namespace
}  // namespace spillway
