// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/samples.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TimePoint At(double seconds) {
  return TimePoint() + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

Look Completed(uint32_t count, double seconds) {
  Look look;
  look.completed = count;
  look.busy = count * seconds;
  return look;
}

TEST(Samples, SumsOverTheStretchAsked) {
  Samples samples;
  for (int i = 0; i <= 40; ++i) samples.Add(At(i), Completed(2, 0.5));
  const SampleSums sums = samples.Since(At(30));
  EXPECT_DOUBLE_EQ(sums.span, 10);
  EXPECT_DOUBLE_EQ(sums.completed, 20);
  EXPECT_DOUBLE_EQ(sums.busy, 10);
}

TEST(Samples, ForgetsWhatIsOlderThanItsMemory) {
  Samples samples;
  for (int i = 0; i <= 8000; ++i) samples.Add(At(i * 0.25), Completed(1, 1));
  EXPECT_NEAR(samples.Since(At(0)).span, 180, 0.3);
}

// Few are waited for: over twice, four times ... as long.
TEST(Samples, EnoughGoesBackUntilItHasSeenSoMany) {
  Samples samples;
  for (int i = 0; i <= 100; ++i) samples.Add(At(i), Completed(i % 10 == 0 ? 1 : 0, 1));
  EXPECT_DOUBLE_EQ(samples.Enough(10, 1).span, 10);
  EXPECT_DOUBLE_EQ(samples.Enough(10, 3).span, 40);
  EXPECT_DOUBLE_EQ(samples.Enough(3, 3).span, 24);
  EXPECT_DOUBLE_EQ(samples.Enough(10, 1000).span, 100) << "all that there is";
  EXPECT_EQ(Samples().Enough(10, 1).span, 0);
}

// Nothing completes in a stall: what comes shows in what is in flight.
TEST(Samples, WhatComesIsWhatCompletesAndWhatPilesUp) {
  Samples samples;
  std::vector<double> ages;
  for (int i = 0; i <= 10; ++i) {
    Look look;
    look.ages = ages;
    samples.Add(At(i), look);
    ages.resize(ages.size() + 3);
  }
  EXPECT_DOUBLE_EQ(samples.Since(At(0)).came, 30);
  samples.Add(At(11), Completed(25, 1));  // and five have gone away
  EXPECT_DOUBLE_EQ(samples.Since(At(10)).came, -5);
  EXPECT_DOUBLE_EQ(samples.Since(At(10)).completed, 25);
}

// Session-seconds: by Little's law, over the completions, how long a session lasts.
TEST(Samples, SessionsAreIntegratedOverTime) {
  Samples samples;
  Look look;
  look.sessions = 6;
  for (const double at : {0.0, 1.0, 3.0}) samples.Add(At(at), look);
  EXPECT_DOUBLE_EQ(samples.Since(At(0)).held, 18);
}

TEST(Samples, NothingBeforeTwoLooks) {
  Samples samples;
  EXPECT_EQ(samples.Since(At(0)).completed, 0);
  samples.Add(At(1), Completed(5, 1));
  EXPECT_EQ(samples.Since(At(0)).completed, 0);
}

TEST(Samples, MessagesInFlightCountOnceTheyAreOlderThanTheMean) {
  SampleSums sums;
  sums.completed = 2;
  sums.busy = 2;
  const std::vector<double> ages = {0.5, 0.9, 10};
  const AgedMean mean = Samples::Mean(sums, ages);
  EXPECT_DOUBLE_EQ(mean.samples, 3);
  EXPECT_DOUBLE_EQ(mean.mean, 4);
}

TEST(Samples, StallIsSeenWithoutAnyCompletion) {
  const std::vector<double> ages(8, 3.0);
  const AgedMean mean = Samples::Mean({}, ages);
  EXPECT_DOUBLE_EQ(mean.mean, 3);
  EXPECT_DOUBLE_EQ(mean.samples, 8);
}

}  // namespace
}  // namespace spillway
