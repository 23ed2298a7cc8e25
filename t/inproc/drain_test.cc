// SPDX-License-Identifier: BSD-2-Clause
// SIGTERM loses nothing that is in flight.
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "t/inproc/daemon.h"

namespace spillway {
namespace {

using std::chrono::milliseconds;

TEST(Drain, MessageInFlightIsAnsweredAndNewConnectionsAreNot) {
  Daemon daemon({.make_checks = SleepyChecks(milliseconds(800))});
  MilterClient client = daemon.Negotiated();
  client.SendUntilEnd(SmallMail());
  std::thread stopper([&] { daemon.Signal(SIGTERM); });
  const MilterReply reply = client.EndOfMessage("Q");
  stopper.join();
  EXPECT_EQ(reply.command, 'c');
  EXPECT_EQ(daemon.Wait(), 0) << daemon.log();
  EXPECT_THROW(daemon.Connect(), std::exception);
}

TEST(Drain, IdleFilterStopsAtOnce) {
  Daemon daemon({.make_checks = SleepyChecks(milliseconds(0))});
  MilterClient idle = daemon.Negotiated();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(daemon.Stop(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(8));
}

TEST(Drain, HangupIsLoggedAndIgnored) {
  Daemon daemon({.make_checks = SleepyChecks(milliseconds(0))});
  daemon.Negotiated();
  daemon.Signal(SIGHUP);
  EXPECT_EQ(daemon.Negotiated().Send(SmallMail()).command, 'c');
  EXPECT_EQ(daemon.Stop(), 0);
  EXPECT_NE(daemon.log().find("SIGHUP"), std::string::npos);
}

}  // namespace
}  // namespace spillway
