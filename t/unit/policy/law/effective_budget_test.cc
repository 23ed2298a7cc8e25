// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/effective_budget.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace spillway {
namespace {

constexpr double kTickSeconds = InSeconds(kTick);

EffectiveBudget Budget(double full, double slots) {
  return {{.full = full, .slots = slots}, Constants{}};
}

// A filter in which every message takes as long as its budget, unless `takes` is shorter.
struct Gateway {
  EffectiveBudget budget;
  Samples samples{};
  double per_second = 0;
  double dialogue = 0;
  double takes = 1e9;
  double no_load = 0.1;
  bool obeys = true;

  void Run(double seconds) {
    for (double end = at + seconds; at < end; at += kTickSeconds) Step();
  }
  double InFilter() const { return static_cast<double>(since.size()); }
  double Sessions() const { return InFilter() + per_second * dialogue; }

  void Step() {
    due += per_second * kTickSeconds;
    for (; due >= 1; due -= 1) since.push_back(at);
    const double time = std::min(takes, obeys ? budget.value() : 20);
    const auto gone = std::partition_point(since.begin(), since.end(),
                                           [&](double start) { return at - start >= time; });
    Look look;
    look.completed = static_cast<uint32_t>(gone - since.begin());
    look.dialogue = look.completed * dialogue;
    since.erase(since.begin(), gone);
    std::vector<double> ages;
    for (const double start : since) ages.push_back(at - start);
    look.ages = ages;
    const TimePoint now(Seconds(1000 + at));
    samples.Add(now, look);
    budget.Tick(now, samples, ages, no_load);
  }
  std::vector<double> since{};
  double at = 0;
  double due = 0;
};

TEST(EffectiveBudget, IsTheWholeOneWhileThereIsRoom) {
  Gateway gateway{.budget = Budget(1, 100), .per_second = 20};
  gateway.takes = 0.1;
  gateway.Run(60);
  EXPECT_EQ(gateway.budget.value(), 1);
  EXPECT_FALSE(gateway.budget.shortened());
  EXPECT_NEAR(gateway.budget.arrivals(), 20, 1);
}

// Budget 20 s, 15 messages a second and a dead scanner would take 300 slots and more.
TEST(EffectiveBudget, KeepsHalfOfTheSlotsFreeWhenAScannerHangs) {
  for (const double dialogue : {0.0, 1.0, 2.0}) {
    Gateway gateway{.budget = Budget(20, 100), .per_second = 15, .dialogue = dialogue};
    gateway.takes = 0.1;
    gateway.Run(60);
    gateway.takes = 1e9;
    gateway.Run(60);
    EXPECT_NEAR(gateway.Sessions(), 50, 8) << dialogue;
    EXPECT_NEAR(gateway.budget.value(), 50.0 / 15 - dialogue, 0.4) << dialogue;
  }
}

TEST(EffectiveBudget, ComesBackGraduallyWhenItIsQuiet) {
  Gateway gateway{.budget = Budget(20, 20), .per_second = 15};
  gateway.Run(30);
  const double low = gateway.budget.value();
  EXPECT_LT(low, 1);
  gateway.per_second = 0;
  gateway.Run(3);
  EXPECT_LT(gateway.budget.value(), 20);
  gateway.Run(30);
  EXPECT_EQ(gateway.budget.value(), 20);
}

TEST(EffectiveBudget, RisesByAStepALook) {
  Gateway gateway{.budget = Budget(20, 20), .per_second = 15};
  gateway.Run(30);
  gateway.per_second = 0;
  gateway.since.clear();
  gateway.Run(1);
  const double before = gateway.budget.value();
  ASSERT_LT(before, 10);
  gateway.Step();
  EXPECT_NEAR(gateway.budget.value(), before * (1 + Constants().step), 1e-9);
}

// What is left of the budget on ten slots, with far too many messages.
double Shortest(double full, double least, double no_load) {
  const EffectiveBudget budget({.full = full, .least = least, .slots = 10}, Constants{});
  Gateway gateway{.budget = budget, .per_second = 100, .no_load = no_load};
  gateway.Run(30);
  return gateway.budget.value();
}

TEST(EffectiveBudget, NeverLessThanTheLeast) {
  EXPECT_DOUBLE_EQ(Shortest(20, 0, 0.5), 2);
  EXPECT_DOUBLE_EQ(Shortest(20, 0, 0), 0.25);
  EXPECT_DOUBLE_EQ(Shortest(20, 3, 0.1), 3);
  EXPECT_DOUBLE_EQ(Shortest(0.1, 0, 0.1), 0.1);
}

// Down at the first look that shows it: the backlog grows with every second.
TEST(EffectiveBudget, ShortensAtOnce) {
  Gateway gateway{.budget = Budget(20, 30), .per_second = 10};
  gateway.takes = 0.1;
  gateway.Run(60);
  EXPECT_LT(gateway.budget.value(), 2);
}

// Told in time or not: of twenty messages, so many are so old.
bool ObeyedWith(size_t old, double age) {
  EffectiveBudget budget = Budget(20, 100);
  std::vector<double> ages(20, 1.0);
  std::fill_n(ages.begin(), old, age);
  budget.Tick(TimePoint(Seconds(1000)), Samples(), ages, 0.1);
  return budget.obeyed();
}

TEST(EffectiveBudget, IsObeyedByThoseWhoLeaveAMomentLate) {
  EXPECT_TRUE(ObeyedWith(20, 22));
  EXPECT_FALSE(ObeyedWith(20, 24));
}

TEST(EffectiveBudget, IsObeyedWhereAFewDoNot) {
  EXPECT_TRUE(ObeyedWith(1, 60));
  EXPECT_FALSE(ObeyedWith(10, 60));
}

// A shorter budget is no cure where messages do not follow it.
TEST(EffectiveBudget, SeesWhetherItIsObeyed) {
  Gateway gateway{.budget = Budget(20, 100), .per_second = 15};
  EXPECT_TRUE(gateway.budget.obeyed());
  gateway.Run(60);
  EXPECT_TRUE(gateway.budget.obeyed());
  gateway.obeys = false;
  gateway.Run(8);
  EXPECT_FALSE(gateway.budget.obeyed());
}

}  // namespace
}  // namespace spillway
