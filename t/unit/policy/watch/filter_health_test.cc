// SPDX-License-Identifier: BSD-2-Clause
#include "policy/watch/filter_health.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

const TimePoint kNow = TimePoint() + std::chrono::hours(1);
using std::chrono::seconds;

TEST(FilterHealth, HandshakeOftenMessageSeldom) {
  FilterHealth health({});
  EXPECT_EQ(health.Next(kNow, false), FilterHealth::Due::kMessage);
  health.Started(kNow, FilterHealth::Due::kMessage);
  EXPECT_EQ(health.Next(kNow + seconds(90), false), FilterHealth::Due::kNothing) << "one at a time";
  health.Reported({ProbeResult::kFine, 0.01}, FilterHealth::Due::kMessage);
  EXPECT_EQ(health.Next(kNow + seconds(4), false), FilterHealth::Due::kNothing);
  EXPECT_EQ(health.Next(kNow + seconds(5), false), FilterHealth::Due::kHandshake);
  EXPECT_EQ(health.Next(kNow + seconds(10), true), FilterHealth::Due::kMessage);
  EXPECT_EQ(health.Next(kNow + seconds(60), false), FilterHealth::Due::kMessage);
}

TEST(FilterHealth, WhatTheProbeSaysGoesBeforeTheHeartbeat) {
  FilterHealth health({});
  EXPECT_EQ(health.Judge(0.1, false), FilterState::kFine);
  health.Reported({ProbeResult::kDeaf, 3}, FilterHealth::Due::kMessage);
  EXPECT_EQ(health.Judge(0.1, false), FilterState::kDeaf);
  health.Reported({ProbeResult::kHung, 3}, FilterHealth::Due::kMessage);
  EXPECT_EQ(health.Judge(0.1, false), FilterState::kHung);
  health.Reported({ProbeResult::kForeign, 3}, FilterHealth::Due::kMessage);
  EXPECT_EQ(health.Judge(0.1, false), FilterState::kForeign);
  health.Reported({ProbeResult::kAbsent, 0}, FilterHealth::Due::kMessage);
  EXPECT_EQ(health.Judge(0.1, false), FilterState::kAbsent);
  EXPECT_TRUE(FilterHealth::Gone(FilterState::kAbsent));
  health.Reported({ProbeResult::kFine, 0}, FilterHealth::Due::kMessage);
  EXPECT_EQ(health.Judge(5, false), FilterState::kSilent);
  EXPECT_EQ(health.Judge(5, true), FilterState::kForeign);
}

TEST(FilterHealth, HandshakeDoesNotEndAHang) {
  FilterHealth health({});
  health.Reported({ProbeResult::kHung, 3}, FilterHealth::Due::kMessage);
  health.Reported({ProbeResult::kFine, 0}, FilterHealth::Due::kHandshake);
  EXPECT_EQ(health.Judge(0.1, false), FilterState::kHung);
  health.Reported({ProbeResult::kFine, 0}, FilterHealth::Due::kMessage);
  EXPECT_EQ(health.Judge(0.1, false), FilterState::kFine);
}

TEST(FilterHealth, WithoutAProbeOnlyTheHeartbeatSpeaks) {
  FilterHealth health({.probe = false});
  EXPECT_EQ(health.Next(kNow, false), FilterHealth::Due::kNothing);
  EXPECT_EQ(health.Judge(1e9, false), FilterState::kUnknown);
  EXPECT_EQ(health.Judge(5, false), FilterState::kSilent);
}

}  // namespace
}  // namespace spillway
