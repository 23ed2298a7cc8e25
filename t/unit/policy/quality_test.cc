// SPDX-License-Identifier: BSD-2-Clause
#include "policy/quality.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

class QualityTest : public ::testing::Test {
 protected:
  void Start(bool load_suspected) {
    quality_.Start(4, 95, load_suspected, now_);
    Second(0, 0);
  }
  void Second(uint32_t late, uint32_t deferred, uint32_t completed = 10) {
    now_ += std::chrono::seconds(1);
    samples_.Add(now_, {.completed = completed, .busy = 10, .late = late, .deferred = deferred});
  }
  // A quarter of a minute with so many of ten, or of `completed`, late and tempfailed, then the end
  // of an epoch. The load follows the limit.
  void Epoch(uint32_t late, uint32_t deferred, uint32_t completed = 10) {
    for (int i = 0; i < 15; ++i) Second(late, deferred, completed);
    in_use_ = std::min(in_use_, quality_.limit());
    quality_.Steer({now_, in_use_, true, flowing_, 1, 3, usual_}, samples_, late_floor_);
    in_use_ = quality_.limit();
  }

  TimePoint now_ = TimePoint() + std::chrono::hours(1);
  Samples samples_;
  QualityLimit quality_;
  double in_use_ = 80;
  double late_floor_ = 0;
  bool flowing_ = false;
  double usual_ = 0;
};

TEST_F(QualityTest, FallsWithTheBadShareAndRisesAgain) {
  Start(false);
  EXPECT_DOUBLE_EQ(quality_.limit(), 95);
  Epoch(4, 4);
  EXPECT_DOUBLE_EQ(quality_.limit(), 48);  // 0.6 of what was in use
  Epoch(0, 0);
  EXPECT_GT(quality_.limit(), 53);
  Epoch(1, 1);
  EXPECT_LT(quality_.limit(), 57);  // neither good nor bad: by one
}

TEST_F(QualityTest, LateButAcceptedCountsOnlyUnderLoad) {
  Start(false);
  Epoch(8, 0);
  EXPECT_DOUBLE_EQ(quality_.limit(), 95);
  Start(true);
  Epoch(8, 0);
  EXPECT_LT(quality_.limit(), 60);
}

TEST_F(QualityTest, WhatDoesNotHelpIsGivenBack) {
  Start(false);
  Epoch(4, 4);
  Epoch(4, 4);
  Epoch(4, 4);
  EXPECT_DOUBLE_EQ(quality_.limit(), 80);
  Epoch(4, 4);  // the new normal
  EXPECT_GE(quality_.limit(), 80);
}

TEST_F(QualityTest, WhatIsLateAndAcceptedAnywayIsNotHeldBack) {
  Start(true);
  for (int i = 0; i < 6 && late_floor_ == 0; ++i) Epoch(9, 0);
  EXPECT_DOUBLE_EQ(quality_.limit(), 95);
  Epoch(9, 0);
  EXPECT_DOUBLE_EQ(quality_.limit(), 95);
}

TEST_F(QualityTest, WhatWasUsualComesBackByDoubling) {
  Start(false);
  Epoch(4, 4);
  flowing_ = true;
  usual_ = 60;
  Epoch(0, 0);
  EXPECT_DOUBLE_EQ(quality_.limit(), 95);  // 2 * 48, at most all
}

// A third of the load, a third of what goes well: nothing was gained.
TEST_F(QualityTest, CutThatTakesWhatGoesWellIsGivenBack) {
  Start(false);
  Epoch(5, 5);
  Epoch(2, 2, 6);
  EXPECT_LT(quality_.limit(), 40);
  Epoch(1, 1, 3);
  EXPECT_DOUBLE_EQ(quality_.limit(), 80);
}

// Under load late is not well: that fewer are late shows that the cut works.
TEST_F(QualityTest, FewerLateUnderLoadIsWhatWasWanted) {
  Start(true);
  Epoch(10, 0);
  Epoch(4, 0, 5);
  Epoch(1, 0, 3);
  Epoch(1, 0, 2);
  EXPECT_LT(quality_.limit(), 25);
}

// Half of the load with twice the bad share: the fault was still growing, and nothing is known yet.
TEST_F(QualityTest, WhatStillGetsWorseIsNotJudged) {
  Start(false);
  Epoch(3, 3);
  Epoch(6, 6);
  EXPECT_LT(quality_.limit(), 40);
  Epoch(6, 6);
  EXPECT_LT(quality_.limit(), 40);
}

// The same shares, but what goes well a second stays: it was the load.
TEST_F(QualityTest, CutThatTakesNothingStays) {
  Start(false);
  Epoch(5, 5);
  Epoch(4, 4);
  Epoch(3, 3);
  EXPECT_LT(quality_.limit(), 40);
}

TEST_F(QualityTest, RisesByAFifthAsLongAsNothingWaits) {
  Start(false);
  Epoch(4, 4);
  flowing_ = true;
  Epoch(0, 0);
  EXPECT_DOUBLE_EQ(quality_.limit(), 48 * 1.2);
}

TEST_F(QualityTest, UnderLoadAQuarterIsTriedFirst) {
  Start(true);
  for (int i = 0; i < 3; ++i) Epoch(4, 4);
  EXPECT_LT(quality_.limit(), 20);
}

TEST_F(QualityTest, IsNotCutBelowWhatWasAsGood) {
  Start(false);
  for (int i = 0; i < 3; ++i) Epoch(4, 4);
  ASSERT_DOUBLE_EQ(quality_.limit(), 80);  // the floor was learned at 80 * 0.36
  Epoch(9, 9);
  Epoch(9, 9);
  EXPECT_NEAR(quality_.limit(), 28.8, 0.1);
}

TEST_F(QualityTest, HopelessGoesToTheFloor) {
  Start(false);
  for (int i = 0; i < 4; ++i) Epoch(10, 10);
  EXPECT_DOUBLE_EQ(quality_.limit(), 4);
}

// Late messages of devices are accepted; they do not make the others' share look good.
TEST_F(QualityTest, WhatIsAcceptedAlthoughLateIsLeftOut) {
  Start(false);
  Epoch(9, 1);  // of two that could be tempfailed, one was
  EXPECT_LT(quality_.limit(), 60);
}

// A moment without sessions is not a halving that did not help.
TEST_F(QualityTest, AQuietMomentIsNoVerdict) {
  Start(false);
  in_use_ = 2;
  Epoch(6, 6);
  EXPECT_DOUBLE_EQ(quality_.limit(), 4);
  EXPECT_DOUBLE_EQ(late_floor_, 0);
}

TEST_F(QualityTest, FewSamplesAreNotJudged) {
  Start(false);
  samples_.Add(now_ += std::chrono::seconds(1), {.completed = 5, .late = 5, .deferred = 5});
  quality_.Steer({now_, 80, true, false, 1, 3, 0}, samples_, late_floor_);
  EXPECT_DOUBLE_EQ(quality_.limit(), 95);
}

}  // namespace
}  // namespace spillway
