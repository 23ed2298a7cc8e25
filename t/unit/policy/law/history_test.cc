// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/history.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(History, NothingIsKnownAtFirst) {
  const History yield;
  EXPECT_FALSE(yield.Known(10));
  EXPECT_FALSE(yield.KnownBelow(1000));
  EXPECT_DOUBLE_EQ(yield.At(10), 0);
  EXPECT_DOUBLE_EQ(yield.Best(10.3), 10.3);
}

TEST(History, TellsWhereMostWentWell) {
  History yield;
  yield.Note(10, 50, 10);
  yield.Note(20, 90, 10);
  yield.Note(40, 10, 10);
  EXPECT_DOUBLE_EQ(yield.At(10), 5);
  EXPECT_NEAR(yield.Best(10), 20, 2);
  EXPECT_NEAR(yield.Best(40), 20, 2);
  EXPECT_NEAR(yield.Best(300), 20, 2);
  EXPECT_DOUBLE_EQ(yield.Best(19.5), 19.5);
}

TEST(History, WhatIsNearIsTheSame) {
  History yield;
  yield.Note(100, 30, 10);
  EXPECT_TRUE(yield.Known(104));
  EXPECT_FALSE(yield.Known(125));
  EXPECT_TRUE(yield.KnownBelow(125));
  EXPECT_FALSE(yield.KnownBelow(80));
}

TEST(History, NewerCountsMore) {
  History yield;
  yield.Note(10, 100, 10);
  for (int i = 0; i < 4; ++i) yield.Note(10, 10, 10);
  EXPECT_LT(yield.At(10), 2);
}

TEST(History, ForgetsAfterADozenAndWhenTold) {
  History yield;
  yield.Note(10, 100, 10);
  for (int i = 0; i < 12; ++i) yield.Note(50, 10, 10);
  EXPECT_TRUE(yield.Known(10));
  EXPECT_NEAR(yield.Best(50), 10, 1);
  yield.Note(50, 10, 10);
  EXPECT_FALSE(yield.Known(10));
  EXPECT_DOUBLE_EQ(yield.Best(50), 50);
  yield.Note(10, 10, 10);
  EXPECT_DOUBLE_EQ(yield.At(10), 1);  // nothing is left of what was forgotten
  yield.Forget();
  EXPECT_FALSE(yield.Known(50));
}

TEST(History, AnyNumberHasItsPlace) {
  History yield;
  for (const double sessions : {0.0, 0.3, 1.0, 1e5, 1e9}) {
    yield.Note(sessions, 1, 1);
    EXPECT_TRUE(yield.Known(sessions));
  }
}

}  // namespace
}  // namespace spillway
