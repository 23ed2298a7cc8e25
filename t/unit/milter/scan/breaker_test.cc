// SPDX-License-Identifier: BSD-2-Clause
#include "milter/scan/breaker.h"

#include <gtest/gtest.h>

#include <random>

namespace spillway {
namespace {

using Pass = Breaker::Pass;
using State = Breaker::State;

class BreakerTest : public testing::Test {
 protected:
  Pass Admit() { return breaker_.Admit(false); }
  void Break() {
    for (int i = 0; i < Breaker::kFailures; ++i) breaker_.Failed(Admit(), now_);
  }
  // `failed` of each five fail.
  void Run(int rounds, int failed, Pass pass = Pass::kYes) {
    for (int i = 0; i < 5 * rounds; ++i) {
      if (i % 5 < failed)
        breaker_.Failed(pass, now_);
      else
        breaker_.Succeeded(pass);
    }
  }
  Breaker breaker_;
  TimePoint now_{std::chrono::hours(1)};
};

TEST_F(BreakerTest, OpensAfterThreeFailuresWithoutAnySuccess) {
  breaker_.Failed(Admit(), now_);
  breaker_.Failed(Admit(), now_);
  EXPECT_EQ(Admit(), Pass::kYes);
  breaker_.Failed(Pass::kYes, now_);
  EXPECT_EQ(breaker_.state(), State::kOpen);
  EXPECT_EQ(Admit(), Pass::kNo);
  EXPECT_EQ(breaker_.opened(), now_);
}

// Successes between failures do not hide them.
TEST_F(BreakerTest, OpensForTwoFailuresInFive) {
  Run(8, 1);
  EXPECT_EQ(breaker_.state(), State::kClosed);
  EXPECT_DOUBLE_EQ(breaker_.failed_share(), 0.2);
  Run(4, 2);
  EXPECT_EQ(breaker_.state(), State::kOpen);
}

// One in ten fails at random: that is borne for as long as anybody looks.
TEST_F(BreakerTest, StaysClosedForOneFailureInTen) {
  std::minstd_rand random(10);
  for (int i = 0; i < 20; ++i) breaker_.Succeeded(Pass::kYes);
  for (int i = 0; i < 10000; ++i) {
    if (random() % 10 == 0)
      breaker_.Failed(Pass::kYes, now_);
    else
      breaker_.Succeeded(Pass::kYes);
    ASSERT_EQ(breaker_.state(), State::kClosed) << i;
  }
}

TEST_F(BreakerTest, WhoInsistsPassesWhileAnythingGoesWell) {
  Run(8, 3);
  ASSERT_EQ(breaker_.state(), State::kOpen);
  EXPECT_EQ(Admit(), Pass::kNo);
  EXPECT_EQ(breaker_.Admit(true), Pass::kYes);
  Run(8, 5);
  EXPECT_EQ(breaker_.Admit(true), Pass::kNo);
}

TEST_F(BreakerTest, ClosesWhenThoseWhoInsistAreServedWell) {
  Run(8, 3);
  ASSERT_EQ(breaker_.state(), State::kOpen);
  Run(4, 0);
  EXPECT_EQ(breaker_.state(), State::kClosed);
}

TEST_F(BreakerTest, LetsOneMessageTryWhenTheProbeIsAnswered) {
  Break();
  breaker_.ProbeAnswered();
  EXPECT_EQ(Admit(), Pass::kTrial);
  EXPECT_EQ(Admit(), Pass::kNo);
  breaker_.Succeeded(Pass::kTrial);
  EXPECT_EQ(breaker_.state(), State::kClosed);
  EXPECT_EQ(Admit(), Pass::kYes);
}

TEST_F(BreakerTest, ATrialThatFailsOpensAgainAndOneThatIsGivenUpFreesThePlace) {
  Break();
  breaker_.ProbeAnswered();
  breaker_.Released(Admit());
  const Pass trial = Admit();
  EXPECT_EQ(trial, Pass::kTrial);
  breaker_.Failed(trial, now_);
  EXPECT_EQ(breaker_.state(), State::kOpen);
}

// Hundreds were on their way when it opened; what becomes of them is no news.
TEST_F(BreakerTest, WhatWasAskedBeforeDoesNotSpeakForTheTrial) {
  Break();
  breaker_.Failed(Pass::kYes, now_);
  breaker_.ProbeAnswered();
  const Pass trial = Admit();
  breaker_.Failed(Pass::kYes, now_);
  breaker_.Succeeded(Pass::kYes);
  EXPECT_EQ(breaker_.state(), State::kHalfOpen);
  EXPECT_EQ(Admit(), Pass::kNo);
  breaker_.Succeeded(trial);
  EXPECT_EQ(breaker_.state(), State::kClosed);
}

// One good answer between failures is no recovery.
TEST_F(BreakerTest, ProbesComeLessOftenUpToALimitAndStartAnewAfterRecovery) {
  Break();
  Duration wait = breaker_.probe_at() - now_;
  EXPECT_EQ(wait, Breaker::kFirstWait);
  for (int i = 0; i < 10; ++i) {
    now_ = breaker_.probe_at();
    breaker_.ProbeFailed(now_);
    EXPECT_GE(breaker_.probe_at() - now_, wait);
    wait = breaker_.probe_at() - now_;
  }
  EXPECT_EQ(wait, Breaker::kLongestWait);
  breaker_.ProbeAnswered();
  breaker_.Succeeded(Admit());
  Break();
  EXPECT_EQ(breaker_.probe_at() - now_, Breaker::kLongestWait);
  breaker_.ProbeAnswered();
  breaker_.Succeeded(Admit());
  for (int i = 0; i < Breaker::kWindow; ++i) breaker_.Succeeded(Admit());
  for (int i = 0; i < Breaker::kTooMany; ++i) breaker_.Failed(Admit(), now_);
  EXPECT_EQ(breaker_.probe_at() - now_, Breaker::kFirstWait);
}

}  // namespace
}  // namespace spillway
