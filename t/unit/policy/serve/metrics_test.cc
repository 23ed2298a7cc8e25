// SPDX-License-Identifier: BSD-2-Clause
#include "policy/serve/metrics.h"

#include <gtest/gtest.h>

#include <set>

#include "milter/telemetry/recorder.h"
#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

using std::chrono::seconds;
const TimePoint kStart = TimePoint(seconds(1000));

const Shedder& IdleShedder() {
  static const Shedder shedder({}, {}, {});
  return shedder;
}

StatusLines StatusAt(const TelemetryReader& reader, TimePoint now,
                     const PolicyCounts& policy = {}) {
  return MakeStatus(
      {.reader = reader, .policy = policy, .shedder = IdleShedder(), .incident = {}, .now = now});
}

std::string ValueOf(const StatusLines& lines, const std::string& name) {
  for (const auto& [key, value] : lines) {
    if (key == name) return value;
  }
  return "(absent)";
}

TEST(Status, AbsentFilterIsSaid) {
  const TelemetryReader reader("/nonexistent/telemetry");
  const StatusLines lines = StatusAt(reader, kStart);
  EXPECT_EQ(ValueOf(lines, "filter"), "absent");
}

TEST(Status, RunningAndSilent) {
  const TempDir dir;
  Recorder recorder(dir / "t", {"spf"}, std::chrono::milliseconds(1000), kStart);
  recorder.counter(telemetry::Counter::kDnsHits) = 3;
  recorder.counter(telemetry::Counter::kDnsAsked) = 1;
  TelemetryReader reader(dir / "t");
  ASSERT_TRUE(reader.Refresh());
  const StatusLines running = StatusAt(reader, kStart + seconds(1), {.requests = 7});
  EXPECT_EQ(ValueOf(running, "filter"), "running");
  EXPECT_EQ(ValueOf(running, "dns_cache_hit_share"), "0.750");
  EXPECT_EQ(ValueOf(running, "check_spf_p95_ms"), "0.000");
  EXPECT_EQ(ValueOf(running, "policy_requests_total"), "7");
  const StatusLines silent = StatusAt(reader, kStart + seconds(5));
  EXPECT_EQ(ValueOf(silent, "filter"), "silent");
  EXPECT_EQ(ValueOf(silent, "silent_seconds"), "5.000");
}

TEST(Status, ShowsTheServersOfScanners) {
  const TempDir dir;
  Recorder recorder(dir / "t", {"clamd"}, std::chrono::milliseconds(1000), kStart);
  recorder.Show("clamd", {.name = "inet:3310@a", .limit = 4, .in_flight = 1});
  recorder.Show("clamd", {.name = "inet:3310@b", .limit = 6});
  recorder.Show("clamd", {.name = "inet:3310@a",
                          .limit = 5,
                          .in_flight = 2,
                          .owed = 3,
                          .late_share = 0.25,
                          .asked = false,
                          .waiting = 7});
  TelemetryReader reader(dir / "t");
  ASSERT_TRUE(reader.Refresh());
  const StatusLines lines = StatusAt(reader, kStart);
  const std::string name = "server_clamd@inet:3310@a";
  EXPECT_EQ(ValueOf(lines, name + "_limit"), "5");
  EXPECT_EQ(ValueOf(lines, name + "_in_flight"), "2");
  EXPECT_EQ(ValueOf(lines, name + "_owed"), "3");
  EXPECT_EQ(ValueOf(lines, name + "_late_share"), "0.250");
  EXPECT_EQ(ValueOf(lines, name + "_asked"), "no");
  EXPECT_EQ(ValueOf(lines, name + "_waiting"), "7");
  EXPECT_EQ(ValueOf(lines, "server_clamd@inet:3310@b_limit"), "6");
}

TEST(Metrics, EachHasANameOfItsOwnAHelpAndAUnitThatItsNameSays) {
  std::set<std::string_view> names;
  for (const Metric& metric : Metrics()) {
    EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
    EXPECT_FALSE(metric.help.empty()) << metric.name;
    EXPECT_EQ(metric.name.ends_with("_ms"), metric.unit == "ms") << metric.name;
    EXPECT_EQ(metric.name.ends_with("_seconds"), metric.unit == "s") << metric.name;
    EXPECT_EQ(metric.name.ends_with("_share"), metric.unit == "share") << metric.name;
    if (metric.name.ends_with("_total")) EXPECT_EQ(metric.type, MetricType::kCounter);
  }
}

TEST(Status, GoesOverTheSocketAndBack) {
  const StatusLines lines{{"a", "1"}, {"b", "x=y"}};
  EXPECT_EQ(DecodeStatus(EncodeStatus(lines)), lines);
  EXPECT_EQ(DecodeStatus("junk\n\na=1"), (StatusLines{{"a", "1"}}));
}

}  // namespace
}  // namespace spillway
