// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/slots.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

class SlotsTest : public ::testing::Test {
 protected:
  void Run(uint32_t held, double door, double seconds) {
    for (double t = 0; t < seconds; t += InSeconds(kTick)) {
      now_ += kTick;
      Look look;
      look.held = held;
      look.door = door;
      slots_.Tick(now_, look, telling_);
    }
  }
  bool telling_ = true;
  Slots slots_{100, Constants{}};
  TimePoint now_ = TimePoint() + std::chrono::hours(1);
};

TEST_F(SlotsTest, AreWhatWeWereToldWhileNothingSpeaksAgainstIt) {
  Run(40, 0, 60);
  Run(100, 5, 60);
  Run(95, 0, 1);
  Run(95, 5, 60);
  EXPECT_EQ(slots_.count(), 100);
}

TEST_F(SlotsTest, MoreHeldThanThereAreShowsThatThereAreMore) {
  Run(130, 0, 1);
  EXPECT_EQ(slots_.count(), 130);
  Run(10, 0, 600);
  EXPECT_EQ(slots_.count(), 130);
  EXPECT_EQ(slots_.told(), 100);
}

TEST_F(SlotsTest, AWaitAtTheDoorWithFewerHeldShowsThatThereAreFewer) {
  Run(50, 5, 2);
  EXPECT_EQ(slots_.count(), 100) << "it may be that the processes are just being started";
  Run(50, 5, 2);
  EXPECT_EQ(slots_.count(), 50);
  Run(60, 0, 1);
  EXPECT_EQ(slots_.count(), 60);
}

TEST_F(SlotsTest, WhatWeWereToldCountsAgainOnceTheDoorIsOpen) {
  Run(50, 5, 4);
  Run(50, 0, 59);
  EXPECT_EQ(slots_.count(), 50);
  Run(50, 0, 2);
  EXPECT_EQ(slots_.count(), 100);
}

// A filter that hangs or has just begun tells nothing of the slots.
TEST_F(SlotsTest, NothingIsConcludedFromAFilterThatDoesNotTell) {
  Run(0, 60, 60);
  EXPECT_EQ(slots_.count(), 100);
  telling_ = false;
  Run(20, 60, 60);
  EXPECT_EQ(slots_.count(), 100);
}

TEST_F(SlotsTest, AreNeverNone) {
  Run(1, 60, 60);
  EXPECT_GE(slots_.count(), 1);
  Run(0, 60, 60);
  EXPECT_GE(slots_.count(), 1);
}

}  // namespace
}  // namespace spillway
