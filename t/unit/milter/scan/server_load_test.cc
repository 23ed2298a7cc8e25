// SPDX-License-Identifier: BSD-2-Clause
#include "milter/scan/server_load.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ServerLoadTest : public testing::Test {
 protected:
  void Answer(seconds took) {
    load_.Begin();
    now_ += took;
    load_.Answered(now_, took);
  }
  ServerLoad load_{2};
  TimePoint now_{seconds(1000)};
};

TEST_F(ServerLoadTest, HasRoomUpToItsLimit) {
  EXPECT_TRUE(load_.HasRoom(now_));
  load_.Begin();
  EXPECT_TRUE(load_.HasRoom(now_));
  load_.Begin();
  EXPECT_FALSE(load_.HasRoom(now_));
  load_.Dropped(now_);
  EXPECT_TRUE(load_.HasRoom(now_));
}

TEST_F(ServerLoadTest, AMessageThatIsStillComingInNeedsPlenty) {
  ServerLoad load(4);
  load.Begin();
  EXPECT_TRUE(load.HasPlenty(now_));
  load.Begin();
  EXPECT_FALSE(load.HasPlenty(now_));
  EXPECT_TRUE(load.HasRoom(now_));
}

TEST_F(ServerLoadTest, WhatWasAbandonedIsOwedForTheUsualTime) {
  Answer(seconds(10));
  const TimePoint asked = now_;
  load_.Begin();
  load_.Begin();
  now_ += seconds(4);
  load_.Abandoned(now_, asked, false);
  EXPECT_EQ(load_.in_flight(), 1U);
  EXPECT_EQ(load_.owed(now_), 1U);
  EXPECT_FALSE(load_.HasRoom(now_));
  now_ += seconds(5);
  EXPECT_EQ(load_.owed(now_), 1U);
  now_ += seconds(1);
  EXPECT_EQ(load_.owed(now_), 0U);
  EXPECT_TRUE(load_.HasRoom(now_));
}

TEST_F(ServerLoadTest, AnAnswerAfterAllRepays) {
  Answer(seconds(10));
  const TimePoint asked = now_;
  load_.Begin();
  load_.Abandoned(now_ += seconds(1), asked, false);
  EXPECT_EQ(load_.owed(now_), 1U);
  load_.Repaid(now_ += seconds(1), asked);
  EXPECT_EQ(load_.owed(now_), 0U);
}

// Whatever it owes: without a request nobody would learn that it is well again.
TEST_F(ServerLoadTest, OneWithNothingToDoIsAlwaysAsked) {
  Answer(seconds(100));
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(load_.HasRoom(now_));
    const TimePoint asked = now_;
    load_.Begin();
    load_.Abandoned(now_ += seconds(1), asked, true);
  }
  EXPECT_EQ(load_.owed(now_), 5U);
}

TEST_F(ServerLoadTest, LearnsItsUsualTimeAndWhatIsLateNeverLowersIt) {
  for (int i = 0; i < 7; ++i) Answer(seconds(8));
  EXPECT_EQ(load_.usual(), Duration{}) << "of a few, all may be long ones";
  Answer(seconds(8));
  EXPECT_EQ(load_.usual(), seconds(8));
  const TimePoint asked = now_;
  load_.Begin();
  load_.Abandoned(now_ += seconds(2), asked, true);
  EXPECT_EQ(load_.usual(), seconds(8));
  Answer(seconds(4));
  EXPECT_EQ(load_.usual(), milliseconds(7600));
}

// A failure ends the fast start: from there on the limit rises by one level at a time.
TEST_F(ServerLoadTest, FailuresCountForTheLimit) {
  for (const bool fails : {true, false}) {
    ServerLoad load(50);
    for (int i = 0; i < 12; ++i) {
      while (load.HasRoom(now_)) load.Begin();
      const TimePoint asked = now_;
      now_ += seconds(1);
      if (i > 0)
        load.Answered(now_, seconds(1));
      else if (fails)
        load.Failed(now_, asked);
      else
        load.Dropped(now_);
    }
    EXPECT_EQ(load.limit() < 8, fails);
  }
}

TEST_F(ServerLoadTest, WhatWasDroppedDoesNotCountForTheLimit) {
  ServerLoad load(50);
  const size_t before = load.limit();
  for (int i = 0; i < 100; ++i) {
    while (load.HasRoom(now_)) load.Begin();
    load.Dropped(now_ += seconds(1));
  }
  EXPECT_EQ(load.limit(), before);
}

TEST_F(ServerLoadTest, CostsMoreTheMoreItHasToDo) {
  Answer(seconds(2));
  ServerLoad faster(2);
  faster.Begin();
  faster.Answered(now_, seconds(1));
  EXPECT_LT(faster.Cost(now_), load_.Cost(now_));
  faster.Begin();
  faster.Begin();
  EXPECT_GT(faster.Cost(now_), load_.Cost(now_));
}

}  // namespace
}  // namespace spillway
