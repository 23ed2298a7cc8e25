// SPDX-License-Identifier: BSD-2-Clause
#include "milter/scan/breaker.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using Pass = Breaker::Pass;
using State = Breaker::State;

class BreakerTest : public testing::Test {
 protected:
  void Break() {
    for (int i = 0; i < Breaker::kFailures; ++i) breaker_.Failed(breaker_.Admit(), now_);
  }
  Breaker breaker_;
  TimePoint now_{std::chrono::hours(1)};
};

TEST_F(BreakerTest, OpensAfterThreeFailuresInARow) {
  breaker_.Failed(breaker_.Admit(), now_);
  breaker_.Failed(breaker_.Admit(), now_);
  breaker_.Succeeded(breaker_.Admit());
  breaker_.Failed(breaker_.Admit(), now_);
  breaker_.Failed(breaker_.Admit(), now_);
  EXPECT_EQ(breaker_.Admit(), Pass::kYes);
  breaker_.Failed(Pass::kYes, now_);
  EXPECT_EQ(breaker_.state(), State::kOpen);
  EXPECT_EQ(breaker_.Admit(), Pass::kNo);
  EXPECT_EQ(breaker_.opened(), now_);
}

TEST_F(BreakerTest, LetsOneMessageTryWhenTheProbeIsAnswered) {
  Break();
  breaker_.ProbeAnswered();
  EXPECT_EQ(breaker_.Admit(), Pass::kTrial);
  EXPECT_EQ(breaker_.Admit(), Pass::kNo);
  breaker_.Succeeded(Pass::kTrial);
  EXPECT_EQ(breaker_.state(), State::kClosed);
  EXPECT_EQ(breaker_.Admit(), Pass::kYes);
}

TEST_F(BreakerTest, ATrialThatFailsOpensAgainAndOneThatIsGivenUpFreesThePlace) {
  Break();
  breaker_.ProbeAnswered();
  breaker_.Released(breaker_.Admit());
  const Pass trial = breaker_.Admit();
  EXPECT_EQ(trial, Pass::kTrial);
  breaker_.Failed(trial, now_);
  EXPECT_EQ(breaker_.state(), State::kOpen);
}

// Hundreds were on their way when it opened; what becomes of them is no news.
TEST_F(BreakerTest, WhatWasAskedBeforeDoesNotSpeakForTheTrial) {
  Break();
  breaker_.Failed(Pass::kYes, now_);
  breaker_.ProbeAnswered();
  const Pass trial = breaker_.Admit();
  breaker_.Failed(Pass::kYes, now_);
  breaker_.Succeeded(Pass::kYes);
  EXPECT_EQ(breaker_.state(), State::kHalfOpen);
  EXPECT_EQ(breaker_.Admit(), Pass::kNo);
  breaker_.Succeeded(trial);
  EXPECT_EQ(breaker_.state(), State::kClosed);
}

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
  breaker_.Succeeded(breaker_.Admit());
  Break();
  EXPECT_EQ(breaker_.probe_at() - now_, Breaker::kFirstWait);
}

}  // namespace
}  // namespace spillway
