// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/goodput.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace spillway {
namespace {

class QualityTest : public ::testing::Test {
 protected:
  void Start(bool load_suspected) {
    goodput_.Start(4, 95, load_suspected, now_);
    Second(0, 0);
  }
  void Second(double late, double deferred, double completed = 10) {
    now_ += std::chrono::seconds(1);
    samples_.Add(now_, {.completed = Count(completed),
                        .busy = completed,
                        .late = Count(late),
                        .deferred = Count(deferred),
                        .waived = Count(std::max(0.0, late - deferred)),
                        .sessions = std::round(in_use_ + beyond_)});
  }
  static uint32_t Count(double value) { return static_cast<uint32_t>(std::lround(value)); }
  // A quarter of a minute with so many of ten, or of `completed`, late and tempfailed a second,
  // then the end of an epoch. The load follows the limit.
  void Epoch(double late, double deferred, double completed = 10) {
    for (int i = 0; i < 15; ++i) Second(late, deferred, completed);
    goodput_.Steer({now_, binding_, flowing_, mean_, 3}, samples_, learned_);
    in_use_ = goodput_.limit();
  }
  // Each session makes one message in two seconds, of which that share is tempfailed.
  void Epochs(int count, const std::function<double(double sessions)>& bad) {
    for (int i = 0; i < count; ++i) {
      const double share = bad(in_use_);
      Epoch(share * in_use_ / 2, share * in_use_ / 2, in_use_ / 2);
    }
  }

  TimePoint now_ = TimePoint() + std::chrono::hours(1);
  Samples samples_;
  GoodputLimit goodput_;
  double in_use_ = 80;
  double beyond_ = 0;  // devices that pass the limit
  bool binding_ = true;
  bool flowing_ = false;
  double mean_ = 1;
  Learned learned_;
};

TEST_F(QualityTest, FallsWithTheBadShareAndRisesAgain) {
  Start(false);
  EXPECT_DOUBLE_EQ(goodput_.limit(), 95);
  Epoch(4, 4);
  EXPECT_DOUBLE_EQ(goodput_.limit(), 48);  // 0.6 of what was in use
  Epoch(0, 0);
  EXPECT_NEAR(goodput_.limit(), 48 + std::sqrt(48), 0.01);
}

TEST_F(QualityTest, LateButAcceptedCountsOnlyUnderLoad) {
  Start(false);
  Epoch(8, 0);
  EXPECT_DOUBLE_EQ(goodput_.limit(), 95);
  Start(true);
  Epoch(8, 0);
  EXPECT_LT(goodput_.limit(), 60);
}

// A scanner with twenty workers, so slow that three of ten do not fit into the budget although they
// have not waited; with a queue none does.
TEST_F(QualityTest, ClimbsToWhereMostGoesWell) {
  mean_ = 2.5;
  Start(false);
  const auto bad = [](double n) { return n > 22 ? 1 : 0.3; };
  Epochs(10, bad);
  double sum = 0;
  for (int i = 0; i < 40; ++i) {
    Epochs(1, bad);
    sum += in_use_ > 22 ? 0 : in_use_;
  }
  EXPECT_GT(sum / 40, 0.7 * 22);
}

TEST_F(QualityTest, WhatDoesNotHelpIsGivenBack) {
  Start(false);
  Epochs(25, [](double) { return 0.4; });
  EXPECT_GT(goodput_.limit(), 80);
}

// The second look after a cut: the first sees the queue from before.
TEST_F(QualityTest, ComesBackToWhatWasBetterFromTheSecondLookOn) {
  Start(false);
  Epoch(5, 5);
  Epoch(5, 5);
  const double better = in_use_ / 0.6;
  Epoch(2.4, 2.4, 4);
  EXPECT_LT(goodput_.limit(), better / 1.3);
  Epoch(2.4, 2.4, 4);
  EXPECT_NEAR(goodput_.limit(), better, 0.1 * better);
}

TEST_F(QualityTest, WhatIsLateAndAcceptedAnywayIsNotHeldBack) {
  Start(true);
  for (int i = 0; i < 6; ++i) Epoch(9, 0);
  EXPECT_DOUBLE_EQ(goodput_.limit(), 95);
}

// All of ten tempfailed whatever is cut: only the floor is worth its cost.
TEST_F(QualityTest, HopelessGoesToTheFloor) {
  Start(false);
  for (int i = 0; i < 8; ++i) Epoch(10, 10);
  EXPECT_DOUBLE_EQ(goodput_.limit(), 4);
}

TEST_F(QualityTest, WhatWasUsualComesBackByDoubling) {
  Start(false);
  Epoch(4, 4);
  flowing_ = true;
  learned_ = {.no_load = 6, .arrivals = 10};
  Epoch(0, 0);
  EXPECT_DOUBLE_EQ(goodput_.limit(), 95);  // 2 * 48, at most all
}

TEST_F(QualityTest, RisesByAFifthAsLongAsNothingWaits) {
  Start(false);
  Epoch(4, 4);
  flowing_ = true;
  Epoch(0, 0);
  EXPECT_DOUBLE_EQ(goodput_.limit(), 48 * 1.2);
}

TEST_F(QualityTest, RisesByOneNearTheBudget) {
  mean_ = 2.5;
  Start(false);
  Epoch(4, 4);
  Epoch(0, 0);
  EXPECT_DOUBLE_EQ(goodput_.limit(), 49);
}

TEST_F(QualityTest, RisesNotAtAllNearTheBudgetUnderLoad) {
  mean_ = 2.5;
  Start(true);
  Epoch(4, 4);
  Epoch(0, 0);
  EXPECT_DOUBLE_EQ(goodput_.limit(), 48);
}

// That the same number went well before the fault says nothing of what goes well in it.
TEST_F(QualityTest, WhatWasSeenBeforeIsOfAnotherTime) {
  Start(false);
  in_use_ = 10;
  for (int i = 0; i < 3; ++i) Epoch(0, 0, 40);
  in_use_ = 80;
  Epoch(1, 1);
  EXPECT_GT(goodput_.limit(), 50);
}

// Late messages of devices are accepted; they do not make the others' share look good.
TEST_F(QualityTest, WhatIsAcceptedAlthoughLateIsLeftOut) {
  Start(false);
  Epoch(9, 1);  // of two that could be tempfailed, one was
  EXPECT_LT(goodput_.limit(), 60);
}

// A quarter of the messages does not come through, the others in no time.
TEST_F(QualityTest, FlowingIsNoReasonToForgetWhileMuchIsBad) {
  Start(false);
  flowing_ = true;
  Epochs(25, [](double) { return 0.25; });
  EXPECT_GT(goodput_.limit(), 80);
}

// A greylist is no fault.
TEST_F(QualityTest, WhatIsTempfailedWhenAllIsWellDoesNotCount) {
  Start(false);
  learned_.deferred_floor = 0.3;
  Epochs(4, [](double) { return 0.3; });
  EXPECT_DOUBLE_EQ(goodput_.limit(), 95);
}

// S is 2.5 s of 3: that is how it always is, and no queue.
TEST_F(QualityTest, SlowAsAlwaysLeavesRoom) {
  Start(true);
  mean_ = learned_.no_load = 2.5;
  Epoch(4, 4);
  Epoch(0, 0);
  EXPECT_NEAR(goodput_.limit(), 48 + std::sqrt(48), 0.01);
}

// After a restart the load is suspected. Three of five are late and accepted, whatever is cut.
TEST_F(QualityTest, PartlyLateAndAcceptedIsNotHeldBackEither) {
  Start(true);
  mean_ = 2.5;
  for (int i = 0; i < 90; ++i) Epoch(0.3 * in_use_, 0, in_use_ / 2);
  EXPECT_GT(goodput_.limit(), 70);
}

// Few at night: what went well then is what was offered.
TEST_F(QualityTest, ALullIsNoVerdict) {
  Start(false);
  Epoch(6, 6);
  const double before = goodput_.limit();
  binding_ = false;
  in_use_ = 3;
  Epochs(2, [](double) { return 0; });
  binding_ = true;
  in_use_ = before;
  Epoch(4, 4);
  EXPECT_LT(goodput_.limit(), before);
}

TEST_F(QualityTest, IsCutFromTheLimitWhereMorePassIt) {
  Start(false);
  beyond_ = 30;
  Epoch(10, 10);
  EXPECT_NEAR(goodput_.limit(), 0.6 * 95, 0.01);
}

TEST_F(QualityTest, AFloorThatHardlyAnythingPassesIsLeftIfAllIsWell) {
  Start(false);
  for (int i = 0; i < 8; ++i) Epoch(10, 10);
  ASSERT_DOUBLE_EQ(goodput_.limit(), 4);
  flowing_ = true;
  for (int i = 0; i < 30; ++i) Epoch(0, 0, 0);
  EXPECT_GE(goodput_.limit(), 5);
  EXPECT_LE(goodput_.limit(), 8);
}

TEST_F(QualityTest, FewSamplesAreNotJudged) {
  Start(false);
  samples_.Add(now_ += std::chrono::seconds(1), {.completed = 5, .late = 5, .deferred = 5});
  goodput_.Steer({now_, true, false, 1, 3}, samples_, {});
  EXPECT_DOUBLE_EQ(goodput_.limit(), 95);
}

}  // namespace
}  // namespace spillway
