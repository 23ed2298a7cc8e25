// SPDX-License-Identifier: BSD-2-Clause
#include "policy/watch/last_minute.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
const TimePoint kNow = TimePoint(seconds(1000));

telemetry::Record Took(milliseconds time, TimePoint end) {
  telemetry::Record record;
  record.end = Nanoseconds(end);
  record.start = Nanoseconds(end - time);
  return record;
}

TEST(LastMinute, EmptyIsAllZero) {
  const MinuteSummary summary = LastMinute().Summarize(kNow, 0, {});
  EXPECT_EQ(summary.messages, 0U);
  EXPECT_EQ(summary.p99, 0);
  EXPECT_EQ(summary.late_share, 0);
}

TEST(LastMinute, Percentiles) {
  LastMinute window;
  for (int i = 1; i <= 101; ++i) window.Add(Took(milliseconds(i), kNow));
  const MinuteSummary summary = window.Summarize(kNow, 0, {});
  EXPECT_DOUBLE_EQ(summary.p50, 51);
  EXPECT_DOUBLE_EQ(summary.p95, 96);
  EXPECT_DOUBLE_EQ(summary.p99, 100);
}

TEST(LastMinute, OldOnesGo) {
  LastMinute window;
  window.Add(Took(milliseconds(500), kNow - seconds(61)));
  window.Add(Took(milliseconds(1), kNow - seconds(59)));
  const MinuteSummary summary = window.Summarize(kNow, 0, {});
  EXPECT_EQ(summary.messages, 1U);
  EXPECT_DOUBLE_EQ(summary.p99, 1);
}

TEST(LastMinute, RateOfAYoungFilterIsOverItsOwnTime) {
  LastMinute window;
  for (int i = 0; i < 50; ++i) window.Add(Took(milliseconds(1), kNow));
  EXPECT_DOUBLE_EQ(window.Summarize(kNow, Nanoseconds(kNow - seconds(10)), {}).per_second, 5);
  EXPECT_NEAR(window.Summarize(kNow, 0, {}).per_second, 50.0 / 60, 1e-9);
}

TEST(LastMinute, LateShareAndInFlight) {
  LastMinute window;
  telemetry::Record late = Took(milliseconds(1000), kNow);
  late.late = 1;
  window.Add(late);
  for (int i = 0; i < 3; ++i) window.Add(Took(milliseconds(1), kNow));
  const MinuteSummary summary =
      window.Summarize(kNow, 0, {Nanoseconds(kNow - seconds(2)), Nanoseconds(kNow - seconds(7))});
  EXPECT_DOUBLE_EQ(summary.late_share, 0.25);
  EXPECT_EQ(summary.in_flight, 2U);
  EXPECT_DOUBLE_EQ(summary.oldest, 7000);
}

TEST(LastMinute, MemoryIsBounded) {
  LastMinute window;
  for (size_t i = 0; i < LastMinute::kMaxSamples + 10; ++i) window.Add(Took(milliseconds(1), kNow));
  EXPECT_EQ(window.Summarize(kNow, 0, {}).messages, LastMinute::kMaxSamples);
}

}  // namespace
}  // namespace spillway
