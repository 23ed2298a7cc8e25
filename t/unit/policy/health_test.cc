// SPDX-License-Identifier: BSD-2-Clause
#include "policy/health.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

const TimePoint kNow = TimePoint() + std::chrono::hours(1);
using std::chrono::seconds;

TEST(Health, HandshakeOftenMessageSeldom) {
  Health health({});
  EXPECT_EQ(health.Next(kNow, false), Health::Due::kMessage);
  health.Started(kNow, Health::Due::kMessage);
  EXPECT_EQ(health.Next(kNow + seconds(90), false), Health::Due::kNothing) << "one at a time";
  health.Reported({ProbeResult::kFine, 0.01}, Health::Due::kMessage);
  EXPECT_EQ(health.Next(kNow + seconds(4), false), Health::Due::kNothing);
  EXPECT_EQ(health.Next(kNow + seconds(5), false), Health::Due::kHandshake);
  EXPECT_EQ(health.Next(kNow + seconds(10), true), Health::Due::kMessage);
  EXPECT_EQ(health.Next(kNow + seconds(60), false), Health::Due::kMessage);
}

TEST(Health, WhatTheProbeSaysGoesBeforeTheHeartbeat) {
  Health health({});
  EXPECT_EQ(health.Judge(0.1, false), FilterState::kFine);
  health.Reported({ProbeResult::kDeaf, 3}, Health::Due::kMessage);
  EXPECT_EQ(health.Judge(0.1, false), FilterState::kDeaf);
  health.Reported({ProbeResult::kHung, 3}, Health::Due::kMessage);
  EXPECT_EQ(health.Judge(0.1, false), FilterState::kHung);
  health.Reported({ProbeResult::kForeign, 3}, Health::Due::kMessage);
  EXPECT_EQ(health.Judge(0.1, false), FilterState::kForeign);
  health.Reported({ProbeResult::kAbsent, 0}, Health::Due::kMessage);
  EXPECT_EQ(health.Judge(0.1, false), FilterState::kAbsent);
  EXPECT_TRUE(Health::Gone(FilterState::kAbsent));
  health.Reported({ProbeResult::kFine, 0}, Health::Due::kMessage);
  EXPECT_EQ(health.Judge(5, false), FilterState::kSilent);
  EXPECT_EQ(health.Judge(5, true), FilterState::kForeign);
}

TEST(Health, HandshakeDoesNotEndAHang) {
  Health health({});
  health.Reported({ProbeResult::kHung, 3}, Health::Due::kMessage);
  health.Reported({ProbeResult::kFine, 0}, Health::Due::kHandshake);
  EXPECT_EQ(health.Judge(0.1, false), FilterState::kHung);
  health.Reported({ProbeResult::kFine, 0}, Health::Due::kMessage);
  EXPECT_EQ(health.Judge(0.1, false), FilterState::kFine);
}

TEST(Health, WithoutAProbeOnlyTheHeartbeatSpeaks) {
  Health health({.probe = false});
  EXPECT_EQ(health.Next(kNow, false), Health::Due::kNothing);
  EXPECT_EQ(health.Judge(1e9, false), FilterState::kUnknown);
  EXPECT_EQ(health.Judge(5, false), FilterState::kSilent);
}

}  // namespace
}  // namespace spillway
