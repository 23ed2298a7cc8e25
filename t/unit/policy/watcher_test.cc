// SPDX-License-Identifier: BSD-2-Clause
#include "policy/watcher.h"

#include <gtest/gtest.h>

#include "milter/telemetry/recorder.h"
#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

using std::chrono::seconds;
const TimePoint kNow = TimePoint() + std::chrono::hours(1);

telemetry::Record Message(double took, bool tempfail = false, uint8_t cls = 0) {
  telemetry::Record record;
  record.start = Nanoseconds(kNow);
  record.end = record.start + static_cast<int64_t>(took * 1e9);
  record.queue_wait_us = 5'000'000;  // more than the message took: pieces wait side by side
  record.late = tempfail ? 1 : 0;
  record.verdict = tempfail ? telemetry::Verdict::kTempfail : telemetry::Verdict::kAccept;
  record.client_class = cls;
  return record;
}

TEST(Watcher, LookIsWhatHappenedSinceTheLast) {
  const TempDir dir;
  Recorder recorder(dir / "telemetry", {"spf"}, std::chrono::milliseconds(1000), kNow);
  Watcher watcher(dir / "telemetry");
  EXPECT_TRUE(watcher.Follow(true));
  recorder.Push(Message(0.5));
  recorder.Push(Message(1, true));
  recorder.Enter(kNow - seconds(3));
  recorder.counters().sessions = 7;
  EXPECT_FALSE(watcher.Follow(true));
  const Look look = watcher.TakeLook(kNow);
  EXPECT_EQ(look.completed, 2U);
  EXPECT_DOUBLE_EQ(look.busy, 1.5);
  EXPECT_DOUBLE_EQ(look.queue_wait, 1.5);
  EXPECT_EQ(look.late, 1U);
  EXPECT_EQ(look.deferred, 1U);
  EXPECT_EQ(look.waived, 0U);
  EXPECT_EQ(look.sessions, 7U);
  ASSERT_EQ(look.ages.size(), 1U);
  EXPECT_DOUBLE_EQ(look.ages[0], 3);
  EXPECT_EQ(watcher.TakeLook(kNow).completed, 0U);
}

TEST(Watcher, ProbesAreNotMail) {
  const TempDir dir;
  Recorder recorder(dir / "telemetry", {"spf"}, std::chrono::milliseconds(1000), kNow);
  Watcher watcher(dir / "telemetry");
  recorder.Push(Message(0.5, false, telemetry::kProbeClass));
  watcher.Follow(true);
  EXPECT_EQ(watcher.TakeLook(kNow).completed, 0U);
  EXPECT_EQ(recorder.counters().messages, 0U);
}

TEST(Watcher, NewFilterIsSeenOnce) {
  const TempDir dir;
  const Recorder first(dir / "telemetry", {}, std::chrono::milliseconds(1000), kNow);
  Watcher watcher(dir / "telemetry");
  EXPECT_TRUE(watcher.Follow(true));
  EXPECT_FALSE(watcher.Follow(true));
  const Recorder second(dir / "telemetry", {}, std::chrono::milliseconds(1000), kNow);
  EXPECT_TRUE(watcher.Follow(true));
}

TEST(Watcher, WithoutAFilterThereIsNothingToSee) {
  Watcher watcher("/nonexistent/telemetry");
  EXPECT_FALSE(watcher.Follow(true));
  EXPECT_EQ(watcher.TakeLook(kNow).sessions, 0U);
  EXPECT_GT(watcher.Silence(kNow), 1e8);
  EXPECT_EQ(watcher.Summarize(kNow).messages, 0U);
}

}  // namespace
}  // namespace spillway
