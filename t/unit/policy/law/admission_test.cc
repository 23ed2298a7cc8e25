// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/admission.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

const TimePoint kNow = TimePoint() + std::chrono::hours(100);
constexpr Places kPlaces{.limited = true, .limit = 40, .slots = 100, .life = 1};

ClientView Client(Tier tier, uint64_t host, double waiting = 0) {
  ClientView view;
  view.tier = tier;
  view.waiting = waiting;
  view.host = host * 0x9e3779b97f4a7c15;
  view.network = view.host;
  return view;
}

// The sessions at which a fresh admission still lets the client in.
int RoomFor(const ClientView& client) {
  int sessions = 0;
  constexpr Places kLarge{.limited = true, .limit = 400, .slots = 1000, .life = 1};
  while (sessions < 2000 && Admission().WouldAdmit(client, kLarge, sessions, kNow)) ++sessions;
  return sessions;
}

TEST(Admission, EverybodyWhileThereIsNoLimit) {
  Admission admission;
  EXPECT_TRUE(admission.Admit(Client(Tier::kUnknown, 1), {.limited = false}, 1000, kNow));
}

TEST(Admission, OrderOfTheTiers) {
  const int unknown = RoomFor(Client(Tier::kUnknown, 1));
  const int known = RoomFor(Client(Tier::kKnown, 1));
  const int waiting = RoomFor(Client(Tier::kKnown, 1, 1800));
  const int submission = RoomFor(Client(Tier::kSubmission, 1));
  const int device = RoomFor(Client(Tier::kCannotRetry, 1));
  EXPECT_LT(unknown, known);
  EXPECT_LT(known, waiting);
  EXPECT_LE(waiting, submission);
  EXPECT_LT(submission, device);
  EXPECT_LE(submission, 400);
  EXPECT_EQ(device, 500);  // 1.25 L
}

TEST(Admission, DevicesLeaveASlot) {
  const Places wide{.limited = true, .limit = 90, .slots = 100, .life = 1};
  Admission admission;
  EXPECT_TRUE(admission.Admit(Client(Tier::kCannotRetry, 1), wide, 98, kNow));
  EXPECT_FALSE(admission.Admit(Client(Tier::kCannotRetry, 2), wide, 99, kNow));
}

// So many seconds of devices, one after the other, all admitted.
Admission WithDevices(const Places& places, int seconds, int per_second = 1) {
  Admission admission;
  for (int i = 0; i < seconds * per_second; ++i) {
    admission.Admit(Client(Tier::kCannotRetry, static_cast<uint64_t>(i)), places, 10,
                    kNow + std::chrono::milliseconds(1000 * i / per_second));
  }
  return admission;
}

TEST(Admission, ReserveFollowsTheDevices) {
  EXPECT_NEAR(Admission().reserved(kPlaces, kNow), 0, 0.01);
  const Places slow{.limited = true, .limit = 40, .slots = 100, .life = 60};
  const double reserved = WithDevices(slow, 600).reserved(slow, kNow + std::chrono::seconds(600));
  EXPECT_NEAR(reserved, 39.2, 0.01);  // 0.98 L
}

// Trunk reservation: the busier they are, the more places stay free for their next burst.
TEST(Admission, FreePlacesFollowTheDevices) {
  const Places wide{.limited = true, .limit = 100, .slots = 200, .life = 20};
  const auto room = [&](int per_second) {
    const Admission admission = WithDevices(wide, 300, per_second);
    int sessions = 0;
    const TimePoint later = kNow + std::chrono::seconds(300);
    while (admission.WouldAdmit(Client(Tier::kSubmission, 9), wide, sessions, later)) ++sessions;
    return sessions;
  };
  const int few = room(1);
  const int many = room(3);
  EXPECT_GT(few, 90);
  EXPECT_LT(many, few - 5);
  EXPECT_GE(many, 75);  // at most a quarter is kept free
}

// Where what is late is accepted, waiting does not hurt them.
TEST(Admission, DevicesPassTheLimitWhereLateIsAccepted) {
  Places places{.limited = true, .limit = 10, .slots = 100, .life = 1};
  const ClientView device = Client(Tier::kCannotRetry, 1);
  EXPECT_FALSE(Admission().WouldAdmit(device, places, 50, kNow));
  places.late_accepted = true;
  EXPECT_TRUE(Admission().WouldAdmit(device, places, 50, kNow));
  EXPECT_FALSE(Admission().WouldAdmit(Client(Tier::kKnown, 2), places, 50, kNow));
}

// One that floods gets no more places reserved than another one.
TEST(Admission, FloodOfOneDeviceReservesNothing) {
  const Places places{.limited = true, .limit = 90, .slots = 100, .life = 10};
  Admission admission;
  for (int i = 0; i < 3000; ++i) {
    admission.Admit(Client(Tier::kCannotRetry, 1), places, 60,
                    kNow + std::chrono::milliseconds(100 * i));
  }
  EXPECT_LT(admission.reserved(places, kNow + std::chrono::seconds(300)), 30);
}

// Refused is lost; in the backlog, their turn comes.
TEST(Admission, DevicesWaitForASlotWhileTheirDemandFits) {
  const TimePoint later = kNow + std::chrono::seconds(300);
  const ClientView device = Client(Tier::kCannotRetry, 900);
  const auto at_the_last_slot = [&](double life, double mean, double completions) {
    const Places places{true, 90, 100, life, mean, completions, true};
    return WithDevices(places, 300).WouldAdmit(device, places, 99, later);
  };
  EXPECT_TRUE(at_the_last_slot(40, 40, 0));     // 40 of them in 100 slots
  EXPECT_FALSE(at_the_last_slot(140, 40, 0));   // 140 of them
  EXPECT_TRUE(at_the_last_slot(140, 40, 1.5));  // but more complete than come
  EXPECT_FALSE(at_the_last_slot(40, 55, 0));    // they would give up before
}

// A stall in which late is accepted after a long budget: nobody leaves in time for their burst.
TEST(Admission, WhereNobodyLeavesABurstIsKeptFree) {
  const TimePoint later = kNow + std::chrono::seconds(300);
  const auto room = [&](double mean) {
    const Places places{true, 200, 300, 36, mean, 1, true};
    const Admission admission = WithDevices(places, 300);  // 36 of them at a time
    int sessions = 0;
    while (admission.WouldAdmit(Client(Tier::kSubmission, 9), places, sessions, later)) ++sessions;
    return sessions;
  };
  EXPECT_GT(room(40), 195);
  EXPECT_NEAR(room(55), 200 - 2.75 * 6, 2);
}

TEST(Admission, OneClientDoesNotTakeAll) {
  Admission admission;
  int admitted = 0;
  for (int i = 0; i < 40; ++i)
    admitted += admission.Admit(Client(Tier::kSubmission, 5), kPlaces, 26, kNow) ? 1 : 0;
  EXPECT_LE(admitted, 10);  // L / 4
  EXPECT_TRUE(admission.WouldAdmit(Client(Tier::kSubmission, 6), kPlaces, 26, kNow));
}

TEST(Admission, WhatAClientHeldLeaksAway) {
  Admission admission;
  for (int i = 0; i < 40; ++i) admission.Admit(Client(Tier::kSubmission, 5), kPlaces, 26, kNow);
  EXPECT_FALSE(admission.WouldAdmit(Client(Tier::kSubmission, 5), kPlaces, 26, kNow));
  EXPECT_TRUE(admission.WouldAdmit(Client(Tier::kSubmission, 5), kPlaces, 26,
                                   kNow + std::chrono::seconds(5)));
}

TEST(Admission, SameAnswerThroughAnEpochAndAnotherTurnLater) {
  Admission admission;
  int in_both = 0;
  int changed = 0;
  for (uint64_t host = 1; host <= 400; ++host) {
    const ClientView client = Client(Tier::kUnknown, host);
    const auto admitted = [&](std::chrono::seconds later) {
      return admission.WouldAdmit(client, {true, 1000, 2000, 1}, 525, kNow + later);
    };
    EXPECT_EQ(admitted(std::chrono::seconds(0)), admitted(std::chrono::seconds(200)));
    const bool now = admitted(std::chrono::seconds(0));
    const bool then = admitted(std::chrono::seconds(1200));
    in_both += now && then ? 1 : 0;
    changed += now != then ? 1 : 0;
  }
  EXPECT_GT(in_both, 40);
  EXPECT_GT(changed, 100);
}

TEST(Admission, FloorLetsSomebodyIn) {
  const Places floor{.limited = true, .limit = 2, .slots = 100, .life = 30};
  EXPECT_TRUE(Admission().WouldAdmit(Client(Tier::kUnknown, 1), floor, 0, kNow));
}

}  // namespace
}  // namespace spillway
