// SPDX-License-Identifier: BSD-2-Clause
// The policy daemon's probe against the real filter, and against what a filter can become.
#include "policy/watch/probe.h"

#include <gtest/gtest.h>

#include "milter/base/listener.h"
#include "milter/telemetry/reader.h"
#include "t/inproc/daemon.h"

namespace spillway {
namespace {

using std::chrono::milliseconds;

ProbeReport Send(const Endpoint& filter, bool with_message,
                 milliseconds patience = milliseconds(20000)) {
  boost::asio::io_context io;
  const SystemClock clock;
  Probe probe(io, filter, clock);
  ProbeReport report{ProbeResult::kForeign, -1};
  probe.Run(with_message, patience, [&report](const ProbeReport& done) { report = done; });
  io.run();
  return report;
}

TEST(Probe, FilterIsFineAndTheMessageIsNotMail) {
  const Daemon daemon({.make_checks = SleepyChecks(milliseconds(0))});
  EXPECT_EQ(Send(daemon.endpoint(), false).result, ProbeResult::kFine);
  EXPECT_EQ(Send(daemon.endpoint(), true).result, ProbeResult::kFine);
  TelemetryReader reader(daemon.telemetry());
  ASSERT_TRUE(reader.Refresh());
  const auto records = reader.Take(10);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].client_class, telemetry::kProbeClass);
  EXPECT_EQ(reader.Value(telemetry::Counter::kMessages), 0U);
}

TEST(Probe, HungFilterIsNamed) {
  const Daemon daemon({.make_checks = SleepyChecks(milliseconds(3000))});
  EXPECT_EQ(Send(daemon.endpoint(), true, milliseconds(300)).result, ProbeResult::kHung);
}

TEST(Probe, NobodyListensOrNobodyAnswers) {
  const TempDir dir;
  const Endpoint endpoint{.path = dir / "socket"};
  EXPECT_EQ(Send(endpoint, false).result, ProbeResult::kAbsent);
  const Fd listener = Listen(endpoint, "0600", "");
  const ProbeReport report = Send(endpoint, false);
  EXPECT_EQ(report.result, ProbeResult::kDeaf);
  EXPECT_LT(report.seconds, 10);
}

}  // namespace
}  // namespace spillway
