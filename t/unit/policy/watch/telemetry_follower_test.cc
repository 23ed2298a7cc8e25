// SPDX-License-Identifier: BSD-2-Clause
#include "policy/watch/telemetry_follower.h"

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

TEST(TelemetryFollower, LookIsWhatHappenedSinceTheLast) {
  const TempDir dir;
  Recorder recorder(dir / "telemetry", {"spf"}, std::chrono::milliseconds(1000), kNow);
  TelemetryFollower follower(dir / "telemetry");
  EXPECT_TRUE(follower.Follow(true));
  recorder.Push(Message(0.5));
  recorder.Push(Message(1, true));
  recorder.Enter(kNow - seconds(3));
  recorder.counter(telemetry::Counter::kSessions) = 7;
  EXPECT_FALSE(follower.Follow(true));
  const Look look = follower.TakeLook(kNow);
  EXPECT_EQ(look.completed, 2U);
  EXPECT_DOUBLE_EQ(look.busy, 1.5);
  EXPECT_DOUBLE_EQ(look.queue_wait, 1.5);
  EXPECT_EQ(look.late, 1U);
  EXPECT_EQ(look.deferred, 1U);
  EXPECT_EQ(look.held, 7U);
  ASSERT_EQ(look.ages.size(), 1U);
  EXPECT_DOUBLE_EQ(look.ages[0], 3);
  EXPECT_EQ(follower.TakeLook(kNow).completed, 0U);
}

// The law learns from them who has sent good mail, and what came again.
TEST(TelemetryFollower, TellsWhoseMessagesWereAcceptedOrTempfailedForLateness) {
  const TempDir dir;
  Recorder recorder(dir / "telemetry", {"spf"}, std::chrono::milliseconds(1000), kNow);
  TelemetryFollower follower(dir / "telemetry");
  const auto push = [&](telemetry::Verdict verdict, uint8_t late, const char* client) {
    telemetry::Record record = Message(0.5);
    record.verdict = verdict;
    record.late = late;
    record.client = Ip::Parse(client)->Mapped();
    record.mail = 7;
    recorder.Push(record);
  };
  push(telemetry::Verdict::kAccept, 0, "192.0.2.1");
  push(telemetry::Verdict::kAccept, 1, "2001:db8::1");
  push(telemetry::Verdict::kTempfail, 1, "192.0.2.3");
  push(telemetry::Verdict::kTempfail, 0, "192.0.2.4");
  push(telemetry::Verdict::kReject, 0, "192.0.2.5");
  follower.Follow(true);
  const std::vector<TelemetryFollower::Ended> ended = follower.TakeEnded();
  ASSERT_EQ(ended.size(), 3U);
  EXPECT_EQ(ended[0].client, Ip::Parse("192.0.2.1"));
  EXPECT_EQ(ended[0].mail, 7U);
  EXPECT_FALSE(ended[0].deferred);
  EXPECT_EQ(ended[1].client, Ip::Parse("2001:db8::1"));
  EXPECT_EQ(ended[2].client, Ip::Parse("192.0.2.3"));
  EXPECT_TRUE(ended[2].deferred);
  EXPECT_TRUE(follower.TakeEnded().empty());
}

TEST(TelemetryFollower, ProbesAreNotMail) {
  const TempDir dir;
  Recorder recorder(dir / "telemetry", {"spf"}, std::chrono::milliseconds(1000), kNow);
  TelemetryFollower follower(dir / "telemetry");
  recorder.Push(Message(0.5, false, telemetry::kProbeClass));
  follower.Follow(true);
  EXPECT_EQ(follower.TakeLook(kNow).completed, 0U);
  EXPECT_TRUE(follower.TakeEnded().empty());
  EXPECT_EQ(recorder.counter(telemetry::Counter::kMessages), 0U);
}

TEST(TelemetryFollower, NewFilterIsSeenOnce) {
  const TempDir dir;
  const Recorder first(dir / "telemetry", {}, std::chrono::milliseconds(1000), kNow);
  TelemetryFollower follower(dir / "telemetry");
  EXPECT_TRUE(follower.Follow(true));
  EXPECT_FALSE(follower.Follow(true));
  const Recorder second(dir / "telemetry", {}, std::chrono::milliseconds(1000), kNow);
  EXPECT_TRUE(follower.Follow(true));
}

TEST(TelemetryFollower, WithoutAFilterThereIsNothingToSee) {
  TelemetryFollower follower("/nonexistent/telemetry");
  EXPECT_FALSE(follower.Follow(true));
  EXPECT_EQ(follower.TakeLook(kNow).sessions, 0U);
  EXPECT_GT(follower.Silence(kNow), 1e8);
  EXPECT_EQ(follower.Summarize(kNow).messages, 0U);
}

}  // namespace
}  // namespace spillway
