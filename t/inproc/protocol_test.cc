// SPDX-License-Identifier: BSD-2-Clause
// What MTAs, broken MTAs and strangers do to the milter socket.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <csignal>
#include <thread>

#include "milter/telemetry/reader.h"
#include "t/inproc/daemon.h"

namespace spillway {
namespace {

using std::chrono::milliseconds;

constexpr uint32_t kLeadingSpace = 0x100000, kNrHeader = 0x80, kNrBody = 0x80000;

// What a check that asks nothing of DNS says: so that results do not depend on the network.
MakeChecksFunction Quick() {
  return SleepyChecks(milliseconds(0));
}

// Until `done` holds; for what the filter does in its own time.
template <typename Done>
bool Eventually(Done done) {
  for (int i = 0; i < 200; ++i) {
    if (done()) return true;
    std::this_thread::sleep_for(milliseconds(50));
  }
  return false;
}

TEST(Protocol, NegotiatesWhatItNeedNotAnswer) {
  const Daemon daemon({.make_checks = Quick()});
  const MilterClient client = daemon.Negotiated();
  EXPECT_NE(client.agreed() & kLeadingSpace, 0U);
  EXPECT_NE(client.agreed() & kNrHeader, 0U);
  EXPECT_NE(client.agreed() & kNrBody, 0U);
}

TEST(Protocol, OneFieldAtIndexZeroWithItsLeadingSpace) {
  const Daemon daemon({.make_checks = Quick()});
  const MilterReply reply = daemon.Negotiated().Send(SmallMail());
  ASSERT_EQ(reply.command, 'c');
  ASSERT_EQ(reply.edits.size(), 1U);
  EXPECT_EQ(reply.edits[0].command, 'i');
  EXPECT_EQ(reply.edits[0].index, 0U);
  EXPECT_EQ(reply.edits[0].value, " mx.example.org;\n\tplan=pass");
}

TEST(Protocol, SeveralMessagesOnOneConnection) {
  const Daemon daemon({.make_checks = Quick()});
  MilterClient client = daemon.Negotiated();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.Send(SmallMail()).command, 'c');
}

class OldVersion : public testing::TestWithParam<MilterClient::Offer> {};
TEST_P(OldVersion, GetsItsResultsToo) {
  const Daemon daemon({.make_checks = Quick()});
  MilterClient client = daemon.Connect();
  ASSERT_TRUE(client.Negotiate(GetParam()));
  EXPECT_EQ(client.agreed() & ~GetParam().protocol, 0U);
  const MilterReply reply = client.Send(SmallMail());
  ASSERT_EQ(reply.command, 'c');
  ASSERT_EQ(reply.edits.size(), 1U);
  // Without HDR_LEADSPC the MTA adds the space.
  EXPECT_EQ(reply.edits[0].value, "mx.example.org;\n\tplan=pass");
}
INSTANTIATE_TEST_SUITE_P(Each, OldVersion,
                         testing::Values(MilterClient::Offer{2, 0x3f, 0x7f},
                                         MilterClient::Offer{3, 0x3f, 0xff},
                                         MilterClient::Offer{4, 0x3f, 0x3ff},
                                         MilterClient::Offer{6, 0x1ff, 0}));

TEST(Protocol, MtaThatAllowsNoChangesStillGetsItsMailThrough) {
  const Daemon daemon({.make_checks = Quick()});
  MilterClient client = daemon.Connect();
  if (!client.Negotiate({6, 0, 0x1fffff})) SUCCEED();  // libmilter itself may refuse
  MilterClient other = daemon.Negotiated();
  EXPECT_EQ(other.Send(SmallMail()).command, 'c');
}

TEST(Protocol, ForgedResultsAreRemovedFromTheHighestIndexDown) {
  const Daemon daemon({.make_checks = Quick()});
  MilterMail mail = SmallMail();
  mail.headers = {{"Authentication-Results", " mx.example.org; spf=pass"},
                  {"AUTHENTICATION-results", "\n\tMX.Example.Org\n\t; dkim=pass"},
                  {"Authentication-Results", " other.example; spf=pass"},
                  {"Authentication-Results", " (hi) mx.example.org 1; none"},
                  {"Authentication-Results", " mx.example.org"},
                  {"Authentication-Results", " ;;mx.example.org broken; x"},
                  {"authentication-results", " \"mx.example.org\"; spf=pass"}};
  const MilterReply reply = daemon.Negotiated().Send(mail);
  std::vector<uint32_t> deleted;
  for (const HeaderEdit& edit : reply.edits) {
    if (edit.command == 'm' && edit.value.empty()) deleted.push_back(edit.index);
  }
  EXPECT_EQ(deleted, (std::vector<uint32_t>{7, 5, 4, 2, 1}));
  EXPECT_EQ(reply.edits.back().command, 'i');
}

TEST(Protocol, ConnectionsThatComeToNothing) {
  Daemon daemon({.make_checks = Quick()});
  daemon.Negotiated().Send(SmallMail());
  const int descriptors = daemon.descriptors();
  for (int i = 0; i < 50; ++i) {
    daemon.Connect();     // and close
    daemon.Negotiated();  // OPTNEG and close
    MilterClient garbage = daemon.Connect();
    garbage.Raw("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    MilterClient huge = daemon.Connect();
    huge.Raw(
        std::string("\xff\xff\xff\xff"
                    "O",
                    5));
    MilterClient empty = daemon.Connect();
    empty.Raw(std::string("\0\0\0\0", 4));
    MilterClient cut = daemon.Negotiated();
    cut.SendUntilEnd(SmallMail());  // closed in the middle of the message
    MilterClient aborted = daemon.Negotiated();
    aborted.SendUntilEnd(SmallMail());
    aborted.Abort();
    EXPECT_EQ(aborted.Send(SmallMail()).command, 'c');
    MilterClient early = daemon.Connect();
    early.Raw(std::string("\0\0\0\1E", 5));  // end of message, out of the blue
  }
  EXPECT_EQ(daemon.Negotiated().Send(SmallMail()).command, 'c');
  EXPECT_TRUE(Eventually([&] { return daemon.descriptors() <= descriptors; }))
      << daemon.descriptors();
  TelemetryReader reader(daemon.telemetry());
  ASSERT_TRUE(reader.Refresh());
  EXPECT_TRUE(Eventually([&] { return reader.Value(telemetry::Counter::kSessions) == 0; }))
      << reader.Value(telemetry::Counter::kSessions);
  EXPECT_TRUE(reader.InFlight().empty());
  EXPECT_EQ(daemon.Stop(), 0) << daemon.log();
}

TEST(Protocol, HundredConnectionsThatSayNothingHoldNobodyUp) {
  Daemon daemon({.make_checks = Quick()});
  std::vector<MilterClient> mute;
  for (int i = 0; i < 100; ++i) mute.push_back(daemon.Connect());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(daemon.Negotiated().Send(SmallMail()).command, 'c');
  EXPECT_TRUE(Eventually([&] { return daemon.threads() < 60; })) << daemon.threads();
  mute.clear();
  EXPECT_EQ(daemon.Stop(), 0) << daemon.log();
}

TEST(Protocol, InetSocket) {
  const Daemon daemon({.socket = "inet:38891@127.0.0.1", .make_checks = Quick()});
  EXPECT_EQ(daemon.Negotiated().Send(SmallMail()).command, 'c');
}

TEST(Protocol, SocketModeIsAsConfigured) {
  const Daemon daemon({.socket_mode = "0606", .make_checks = Quick()});
  struct stat info {};
  ASSERT_EQ(::stat(daemon.endpoint().path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0606U);
}

TEST(Protocol, LogLineNamesTheQueueIdFirst) {
  const Daemon daemon({.make_checks = Quick()});
  daemon.Negotiated().Send(SmallMail());
  EXPECT_TRUE(Eventually([&] {
    return daemon.log().find("]: 4QUEUEID: sid=") != std::string::npos;
  })) << daemon.log();
}

}  // namespace
}  // namespace spillway
