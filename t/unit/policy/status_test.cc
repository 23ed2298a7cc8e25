// SPDX-License-Identifier: BSD-2-Clause
#include "policy/status.h"

#include <gtest/gtest.h>

#include "milter/telemetry/recorder.h"
#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

using std::chrono::seconds;
const TimePoint kStart = TimePoint(seconds(1000));

std::string ValueOf(const StatusLines& lines, const std::string& name) {
  for (const auto& [key, value] : lines) {
    if (key == name) return value;
  }
  return "(absent)";
}

TEST(Status, AbsentFilterIsSaid) {
  const TelemetryReader reader("/nonexistent/telemetry");
  const StatusLines lines = MakeStatus(reader, {}, {}, kStart);
  EXPECT_EQ(ValueOf(lines, "filter"), "absent");
}

TEST(Status, RunningAndSilent) {
  const TempDir dir;
  Recorder recorder(dir / "t", {"spf"}, std::chrono::milliseconds(1000), kStart);
  recorder.counters().dns_hits = 3;
  recorder.counters().dns_asked = 1;
  TelemetryReader reader(dir / "t");
  ASSERT_TRUE(reader.Refresh());
  const StatusLines running = MakeStatus(reader, {}, {.requests = 7}, kStart + seconds(1));
  EXPECT_EQ(ValueOf(running, "filter"), "running");
  EXPECT_EQ(ValueOf(running, "dns_cache_hit_share"), "0.750");
  EXPECT_EQ(ValueOf(running, "check_spf_p95_ms"), "0.000");
  EXPECT_EQ(ValueOf(running, "policy_requests_total"), "7");
  const StatusLines silent = MakeStatus(reader, {}, {}, kStart + seconds(5));
  EXPECT_EQ(ValueOf(silent, "filter"), "silent");
  EXPECT_EQ(ValueOf(silent, "silent_seconds"), "5.000");
}

TEST(Status, GoesOverTheSocketAndBack) {
  const StatusLines lines{{"a", "1"}, {"b", "x=y"}};
  EXPECT_EQ(DecodeStatus(EncodeStatus(lines)), lines);
  EXPECT_EQ(DecodeStatus("junk\n\na=1"), (StatusLines{{"a", "1"}}));
}

}  // namespace
}  // namespace spillway
