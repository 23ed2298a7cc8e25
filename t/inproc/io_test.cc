// SPDX-License-Identifier: BSD-2-Clause
// Guards what stands between libmilter and its sockets (milter/io_cure.cc), and its spare threads.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <filesystem>
#include <set>
#include <thread>

#include "t/inproc/daemon.h"

namespace spillway {
namespace {

std::string Zero(const std::string& text) {
  return text + '\0';
}

// All packets of a message with `fields` header fields; MAIL and the end of message are answered.
std::string Message(int fields) {
  const auto packet = MilterClient::Packet;
  std::string out = packet('M', Zero("<a@example.org>")) + packet('R', Zero("<b@example.net>"));
  for (int i = 0; i < fields; ++i)
    out += packet('L', Zero("X-Field") + Zero(" " + std::string(static_cast<size_t>(i), 'x')));
  return out + packet('N', "") + packet('B', "body\r\n") + packet('E', "");
}

// The replies up to that of the next end of message, as their commands: "ci...c".
std::string Replies(MilterClient& client) {
  const timeval patience{.tv_sec = 20, .tv_usec = 0};
  setsockopt(client.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  std::string out;
  for (int finals = 0; finals < 2; ++finals) {
    const MilterReply reply = client.ReadReply();
    for (const HeaderEdit& edit : reply.edits) out += edit.command;
    if (reply.command == 0) return out + "closed";
    out += reply.command;
  }
  return out;
}

MakeChecksFunction Quick() {
  return SleepyChecks(std::chrono::milliseconds(0));
}

TEST(Io, PacketsMayComeInAnyPieces) {
  const Daemon daemon({.make_checks = Quick()});
  const std::string message = Message(200);
  for (const size_t piece : {size_t{1}, size_t{4}, size_t{5}, size_t{4096}, message.size()}) {
    MilterClient client = daemon.Negotiated();
    for (size_t at = 0; at < message.size(); at += piece) client.Raw(message.substr(at, piece));
    EXPECT_EQ(Replies(client), "cic") << "pieces of " << piece;
  }
}

TEST(Io, SeveralMessagesInOnePiece) {
  const Daemon daemon({.make_checks = Quick()});
  MilterClient client = daemon.Negotiated();
  client.Raw(Message(3) + Message(300) + Message(0));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Replies(client), "cic") << i;
}

TEST(Io, PacketBeginsInOneThreadsTimeAndEndsInAnothers) {
  const Daemon daemon({.make_checks = Quick()});
  std::vector<MilterClient> clients;
  const std::string message = Message(20);
  const size_t half = message.size() / 2;
  for (int i = 0; i < 32; ++i) {
    clients.push_back(daemon.Negotiated());
    clients.back().Raw(message.substr(0, half));
  }
  for (MilterClient& client : clients) client.Raw(message.substr(half) + message.substr(0, half));
  for (MilterClient& client : clients) EXPECT_EQ(Replies(client), "cic");
  for (MilterClient& client : clients) client.Raw(message.substr(half));
  for (MilterClient& client : clients) EXPECT_EQ(Replies(client), "cic");
}

// More replies than the socket takes: the filter waits, and none is lost.
TEST(Io, RepliesThatAreReadLate) {
  const Daemon daemon({.make_checks = Quick()});
  MilterClient client = daemon.Negotiated();
  const int small = 1;
  setsockopt(client.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
  constexpr int kMessages = 5000;
  std::thread sender([&client] {
    for (int i = 0; i < kMessages; ++i) client.Raw(Message(0));
  });
  int answered = 0;
  while (answered < kMessages && Replies(client) == "cic") ++answered;
  shutdown(client.fd(), SHUT_RDWR);  // the sender must not wait for what failed
  sender.join();
  EXPECT_EQ(answered, kMessages);
}

TEST(Io, EndsInTheMiddleOfAPacket) {
  const Daemon daemon({.make_checks = Quick()});
  const std::string message = Message(20);
  for (size_t size = 1; size < message.size(); size += 7) {
    MilterClient client = daemon.Negotiated();
    client.Raw(message.substr(0, size));
  }
  EXPECT_EQ(daemon.Negotiated().Send(SmallMail()).command, 'c');
}

// libmilter would read past its list of macros.
TEST(Io, AMacroWithoutAValueEndsItsConnection) {
  const Daemon daemon({.make_checks = Quick()});
  for (const size_t count : {1U, 3U, 7U, 15U, 63U, 255U}) {
    MilterClient client = daemon.Negotiated();
    std::string strings;
    for (size_t i = 0; i < count; ++i) strings += Zero("x");
    client.Raw(MilterClient::Packet('D', "M" + strings) + Message(1));
    EXPECT_EQ(Replies(client), "closed") << count;
  }
  EXPECT_EQ(daemon.Negotiated().Send(SmallMail()).command, 'c');
}

// Without a descriptor a connection waits; with one it goes on.
TEST(Io, AtTheLimitOfDescriptorsTheLogSaysWhySessionsWait) {
  const Daemon daemon({.make_checks = Quick()});
  EXPECT_EQ(daemon.Negotiated().Send(SmallMail()).command, 'c');
  const rlimit none{.rlim_cur = 1, .rlim_max = 4096};
  rlimit before{};
  ASSERT_EQ(prlimit(daemon.pid(), RLIMIT_NOFILE, &none, &before), 0);
  MilterClient waiting = daemon.Connect();
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (daemon.log().find("new sessions wait: Too many open files") == std::string::npos) {
    ASSERT_LT(std::chrono::steady_clock::now(), patience) << daemon.log();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const rlimit again{.rlim_cur = 4096, .rlim_max = 4096};
  ASSERT_EQ(prlimit(daemon.pid(), RLIMIT_NOFILE, &again, nullptr), 0);
  ASSERT_TRUE(waiting.Negotiate());
  EXPECT_EQ(waiting.Send(SmallMail()).command, 'c');
}

std::set<std::string> ThreadsOf(const Daemon& daemon) {
  std::set<std::string> out;
  const auto tasks = "/proc/" + std::to_string(daemon.pid()) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks)) out.insert(task.path());
  return out;
}

TEST(Io, ThreadsAreUsedAgain) {
  const Daemon daemon({.make_checks = SleepyChecks(std::chrono::milliseconds(2))});
  std::set<std::string> seen;
  for (int burst = 0; burst < 100; ++burst) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] { EXPECT_EQ(daemon.Negotiated().Send(SmallMail()).command, 'c'); });
    for (std::thread& thread : threads) thread.join();
    seen.merge(ThreadsOf(daemon));
  }
  EXPECT_LT(seen.size(), 60U);  // for 800 messages
}

}  // namespace
}  // namespace spillway
