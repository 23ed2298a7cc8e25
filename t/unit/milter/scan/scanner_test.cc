// SPDX-License-Identifier: BSD-2-Clause
#include "milter/scan/scanner.h"

#include <gtest/gtest.h>

#include "milter/scan/breaker.h"
#include "t/rig/scan_server.h"
#include "t/rig/test_log.h"

namespace spillway {
namespace {

using Kind = ScanReply::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::string Reply(int number, const std::string& what) {
  return std::to_string(number) + ": " + what + '\0';
}
const std::string kClean = Reply(1, "stream: OK");
// Its message is tempfailed without a verdict, and comes again.
constexpr ScanUrgency kInsists{.insists = true};
const std::string kText = "Subject: test\r\n\r\nHello.\r\n";

// A clamd that answers every stream of a session.
void Answer(int fd) {
  for (int i = 1; ScanServer::ReadStream(fd); ++i) ScanServer::Say(fd, Reply(i, "stream: OK"));
}

// Reads on and says nothing, until the other side goes.
void Hang(int fd) {
  ScanServer::ReadTo(fd, "this never comes");
}

class ScannerTest : public testing::Test {
 protected:
  void Use(std::vector<Endpoint> back_ends, size_t connections = 50) {
    scanner_.emplace(loop_, MakeClamdProtocol(),
                     Scanner::Options{"clamd", std::move(back_ends), connections}, clock_, log_);
  }
  std::shared_ptr<ScanTask> Begin(milliseconds budget = seconds(20), ScanUrgency urgency = {}) {
    auto task = scanner_->Begin({}, urgency);
    const std::vector<Content::Piece> pieces = {std::make_shared<const std::string>(kText)};
    task->Send(pieces.front());
    task->End(pieces, Deadline(clock_.Now() + budget));
    return task;
  }
  const ScanOutcome* Wait(ScanTask& task, milliseconds patience) const {
    Waited waited;
    return task.Wait(Deadline(clock_.Now() + patience), waited);
  }
  // What came of it; nullopt: late.
  std::optional<ScanOutcome> Scan(milliseconds patience = seconds(20), ScanUrgency urgency = {}) {
    const auto task = Begin(patience, urgency);
    if (const auto* outcome = Wait(*task, patience)) return *outcome;
    task->GiveUp(true);
    return std::nullopt;
  }
  Endpoint Nobody() const { return Endpoint::Parse("unix:" + (dir_ / "nobody.sock")).value(); }
  bool Logged(const std::string& part) const {
    for (const std::string& line : log_.lines()) {
      if (line.find(part) != std::string::npos) return true;
    }
    return false;
  }

  SystemClock clock_;
  TestLog log_;
  TempDir dir_;
  ScanLoop loop_;
  std::optional<Scanner> scanner_;
};

TEST_F(ScannerTest, KeepsItsConnection) {
  ScanServer server(Answer);
  Use({server.endpoint()});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Scan()->reply.kind, Kind::kClean);
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(ScannerTest, AConnectionThatWasClosedMeanwhileIsNobodysFailure) {
  ScanServer server([](int fd) {
    if (ScanServer::ReadStream(fd)) ScanServer::Say(fd, kClean);
  });
  Use({server.endpoint()});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Scan()->reply.kind, Kind::kClean);
  EXPECT_FALSE(Logged("not asked"));
}

TEST_F(ScannerTest, AnotherBackEndIsAskedWhileThereIsTime) {
  ScanServer liar([](int fd) {
    if (ScanServer::ReadStream(fd)) ScanServer::Say(fd, std::string("what?") + '\0');
  });
  ScanServer server(Answer);
  Use({Nobody(), liar.endpoint(), server.endpoint()});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Scan()->reply.kind, Kind::kClean);
}

TEST_F(ScannerTest, NobodyThereIsSaidAtOnceAndThenNotAskedAnyMore) {
  Use({Nobody()});
  for (int i = 0; i < Breaker::kFailures; ++i) {
    const auto outcome = Scan();
    EXPECT_TRUE(outcome->down);
    EXPECT_NE(outcome->reason.find("nobody.sock: No such file"), std::string::npos);
  }
  EXPECT_NE(Scan()->reason.find("not asked"), std::string::npos);
  EXPECT_TRUE(Logged("clamd: not asked until it answers a probe: unix:"));
}

// Clean is no word for what has not been seen.
TEST_F(ScannerTest, AnAnswerBeforeTheEndIsNoAnswer) {
  ScanServer hasty([](int fd) {
    ScanServer::Say(fd, kClean);
    Hang(fd);
  });
  Use({hasty.endpoint()});
  const auto task = scanner_->Begin({}, {});
  task->Send(std::make_shared<const std::string>(kText));
  const ScanOutcome* outcome = Wait(*task, seconds(20));
  ASSERT_NE(outcome, nullptr);
  EXPECT_TRUE(outcome->down);
}

TEST_F(ScannerTest, OneThatHangsIsLeftAloneUntilItAnswersAProbe) {
  std::atomic<bool> hung{true};
  ScanServer server([&](int fd) {
    std::string first(5, ' ');
    if (::recv(fd, first.data(), first.size(), MSG_WAITALL | MSG_PEEK) != 5) return;
    if (hung) return Hang(fd);
    if (first == "zPING") return ScanServer::Say(fd, std::string("PONG") + '\0');
    Answer(fd);
  });
  Use({server.endpoint()});
  for (int i = 0; i < Breaker::kFailures; ++i) EXPECT_FALSE(Scan(milliseconds(50)));
  std::optional<ScanOutcome> outcome;
  const auto end = clock_.Now() + seconds(20);
  // On a busy machine one may have had its message too short a time to count.
  while (!(outcome = Scan(milliseconds(100))) && clock_.Now() < end) {
  }
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->down);
  hung = false;
  while (outcome->down && clock_.Now() < end) {
    std::this_thread::sleep_for(milliseconds(20));
    outcome = Scan();
  }
  EXPECT_FALSE(outcome->down);
  EXPECT_TRUE(Logged("answers again after"));
}

TEST_F(ScannerTest, AVerdictThatCameTooLateIsThereAtTheNextTry) {
  std::atomic<bool> go{false};
  ScanServer server([&](int fd) {
    while (ScanServer::ReadStream(fd)) {
      go.wait(false);
      ScanServer::Say(fd, std::string("1: stream: Slow.Virus FOUND") + '\0');
    }
  });
  Use({server.endpoint()});
  EXPECT_FALSE(Scan(milliseconds(50), kInsists));
  go = true;
  go.notify_all();
  std::optional<ScanOutcome> outcome;
  const auto end = clock_.Now() + seconds(20);
  do {
    outcome = Scan();
  } while (!outcome->remembered && clock_.Now() < end);
  EXPECT_TRUE(outcome->remembered);
  EXPECT_EQ(outcome->reply.what, "Slow.Virus");
}

TEST_F(ScannerTest, TheNextTryGoesToAnother) {
  ScanServer hung(Hang);
  ScanServer server(Answer);
  Use({hung.endpoint(), server.endpoint()});
  EXPECT_FALSE(Scan(milliseconds(50), kInsists));  // the first of two that have nothing to do
  const auto end = clock_.Now() + seconds(20);
  while (!scanner_->remembers() && clock_.Now() < end) std::this_thread::yield();
  EXPECT_EQ(Scan()->reply.kind, Kind::kClean);
}

// It went elsewhere; what becomes of the first one then is no news of the job.
TEST_F(ScannerTest, WhatALeftBackEndSaysIsNotHeard) {
  std::atomic<bool> go{false};
  ScanServer hung([&](int fd) {
    ScanServer::ReadStream(fd);
    go.wait(false);
  });
  ScanServer slow([&](int fd) {
    for (int i = 1; ScanServer::ReadStream(fd); ++i) {
      go = true;  // now the first one closes
      go.notify_all();
      std::this_thread::sleep_for(milliseconds(50));
      ScanServer::Say(fd, Reply(i, "stream: OK"));
    }
  });
  Use({hung.endpoint(), slow.endpoint()});
  EXPECT_FALSE(Scan(milliseconds(50), kInsists));
  const auto end = clock_.Now() + seconds(20);
  while (!scanner_->remembers() && clock_.Now() < end) std::this_thread::yield();
  for (int i = 0; i < 3; ++i) {
    const auto outcome = Scan();
    EXPECT_FALSE(outcome->down) << outcome->reason;
    EXPECT_EQ(outcome->reply.kind, Kind::kClean);
  }
}

TEST_F(ScannerTest, AnotherIsAskedForWhatOneCannotSay) {
  ScanServer broken([](int fd) {
    for (int i = 1; ScanServer::ReadStream(fd); ++i)
      ScanServer::Say(fd, Reply(i, "Can't write to temporary file ERROR"));
  });
  ScanServer server(Answer);
  Use({broken.endpoint(), server.endpoint()});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Scan()->reply.kind, Kind::kClean);
  Use({broken.endpoint()});
  const auto outcome = Scan();
  EXPECT_FALSE(outcome->down) << outcome->reason;
  EXPECT_EQ(outcome->reply.kind, Kind::kError);
}

TEST_F(ScannerTest, AnAnswerToAnotherQuestionIsNone) {
  ScanServer confused([](int fd) {
    while (ScanServer::ReadStream(fd)) ScanServer::Say(fd, Reply(7, "stream: OK"));
  });
  Use({confused.endpoint()});
  EXPECT_TRUE(Scan()->down);
}

TEST_F(ScannerTest, MoreThanItsConnectionsWait) {
  std::atomic<int> most{0};
  std::atomic<int> now{0};
  ScanServer server([&](int fd) {
    for (int i = 1; ScanServer::ReadStream(fd); ++i) {
      most = std::max(most.load(), ++now);
      std::this_thread::sleep_for(milliseconds(2));
      --now;
      ScanServer::Say(fd, Reply(i, "stream: OK"));
    }
  });
  Use({server.endpoint()}, 2);
  std::vector<std::shared_ptr<ScanTask>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(Begin());
  for (const auto& task : tasks) {
    const ScanOutcome* outcome = Wait(*task, seconds(20));
    ASSERT_NE(outcome, nullptr);
    EXPECT_EQ(outcome->reply.kind, Kind::kClean);
  }
  EXPECT_LE(most, 2);
}

// A server that counts what it is at, and holds every answer until Go().
class HeldServer {
 public:
  const Endpoint& endpoint() const { return server_.endpoint(); }
  int now() const { return now_; }
  void AwaitRequests(int count) const {
    while (now_ < count) std::this_thread::yield();
  }
  void Go() {
    go_ = true;
    go_.notify_all();
  }
  ~HeldServer() { Go(); }

 private:
  void Serve(int fd) {
    for (int i = 1; ScanServer::ReadStream(fd); ++i) {
      ++now_;
      go_.wait(false);
      --now_;
      ScanServer::Say(fd, Reply(i, "stream: OK"));
    }
  }
  std::atomic<int> now_{0};
  std::atomic<bool> go_{false};
  ScanServer server_{[this](int fd) { Serve(fd); }};
};

TEST_F(ScannerTest, WhoCannotBeServedInTimeLeavesAtOnce) {
  std::atomic<bool> slow{false};
  ScanServer server([&](int fd) {
    for (int i = 1; ScanServer::ReadStream(fd); ++i) {
      if (slow) std::this_thread::sleep_for(milliseconds(200));
      ScanServer::Say(fd, Reply(i, "stream: OK"));
    }
  });
  Use({server.endpoint()}, 1);
  slow = true;
  for (int i = 0; i < 8; ++i)
    EXPECT_EQ(Scan()->reply.kind, Kind::kClean);  // 200 ms, as is known now
  const auto first = Begin();
  const auto hopeless = Begin(milliseconds(250));
  const ScanOutcome* outcome = Wait(*hopeless, milliseconds(240));
  ASSERT_NE(outcome, nullptr);
  EXPECT_TRUE(outcome->busy);
  EXPECT_EQ(outcome->reason, "busy");
  EXPECT_EQ(Wait(*first, seconds(20))->reply.kind, Kind::kClean);
  EXPECT_EQ(Scan(milliseconds(150)), std::nullopt);  // alone it is asked, whatever is known
}

TEST_F(ScannerTest, DevicesAreServedFirst) {
  HeldServer server;
  Use({server.endpoint()}, 1);
  const auto first = Begin();
  server.AwaitRequests(1);
  const auto other = Begin();
  const auto device = Begin(seconds(20), {.rank = LineRank::kCannotRetry});
  while (scanner_->figures().front().waiting < 2) std::this_thread::yield();
  server.Go();
  ASSERT_NE(Wait(*device, seconds(20)), nullptr);
  ASSERT_NE(Wait(*other, seconds(20)), nullptr);
  ASSERT_NE(Wait(*first, seconds(20)), nullptr);
}

TEST_F(ScannerTest, ShowsWhatAServerHasToDo) {
  HeldServer server;
  Use({server.endpoint()}, 2);
  std::vector<std::shared_ptr<ScanTask>> tasks;
  for (int i = 0; i < 5; ++i) tasks.push_back(Begin());
  server.AwaitRequests(2);
  while (scanner_->figures().front().waiting < 3) std::this_thread::yield();
  const ServerFigures figures = scanner_->figures().front();
  EXPECT_EQ(figures.name, server.endpoint().ToMilterSpec());
  EXPECT_EQ(figures.limit, 2U);
  EXPECT_EQ(figures.in_flight, 2U);
  EXPECT_EQ(figures.late_share, 0);
  EXPECT_TRUE(figures.asked);
  server.Go();
  for (const auto& task : tasks) EXPECT_NE(Wait(*task, seconds(20)), nullptr);
  while (scanner_->figures().front().in_flight > 0) std::this_thread::yield();
}

// The server works on, so its place is not free at once, though nobody waits any more.
TEST_F(ScannerTest, AnAbandonedScanIsOwed) {
  std::atomic<int> requests{0};
  ScanServer server([&](int fd) {
    for (int i = 1; ScanServer::ReadStream(fd); ++i) {
      ++requests;
      std::this_thread::sleep_for(seconds(1));
      ScanServer::Say(fd, Reply(i, "stream: OK"));
    }
  });
  Use({server.endpoint()}, 2);
  EXPECT_EQ(Scan()->reply.kind, Kind::kClean);  // it takes a second, that is known now
  const auto stays = Begin();
  const auto abandoned = Begin();
  while (requests < 3) std::this_thread::yield();
  abandoned->GiveUp(false);
  while (scanner_->figures().front().in_flight == 2) std::this_thread::yield();
  EXPECT_EQ(scanner_->figures().front().owed, 1U);
  EXPECT_NE(Wait(*stays, seconds(20)), nullptr);
}

// Two in five are late: those that can do without are spared the wait, those that insist are not.
TEST_F(ScannerTest, AServerThatIsOftenLateIsAskedOnlyByThoseWhoInsist) {
  std::atomic<int> requests{0};
  ScanServer server([&](int fd) {
    for (int i = 1; ScanServer::ReadStream(fd); ++i) {
      if (++requests % 5 < 2) return Hang(fd);
      ScanServer::Say(fd, Reply(i, "stream: OK"));
    }
  });
  Use({server.endpoint()});
  const auto end = clock_.Now() + seconds(60);
  while (!Logged("not asked until") && clock_.Now() < end) Scan(milliseconds(100));
  EXPECT_TRUE(Scan()->down);
  const auto insisting = Scan(milliseconds(100), kInsists);
  EXPECT_TRUE(!insisting || !insisting->down);
}

// Its server fails while it is still coming in, and the other one has no room: it waits for its
// end.
TEST_F(ScannerTest, AMessageThatIsStillComingInDoesNotWaitInTheLine) {
  HeldServer busy;
  std::atomic<int> failed{0};
  ScanServer failing([&](int fd) {
    std::array<char, 16> some{};
    if (::recv(fd, some.data(), some.size(), 0) > 0) ++failed;
  });
  Use({failing.endpoint(), busy.endpoint()}, 1);
  const auto first = Begin();  // fails at the one, and goes to the other
  busy.AwaitRequests(1);
  const auto task = scanner_->Begin({}, {});
  const std::vector<Content::Piece> pieces = {std::make_shared<const std::string>(kText)};
  task->Send(pieces.front());
  while (failed < 2) std::this_thread::yield();
  EXPECT_EQ(Wait(*task, milliseconds(50)), nullptr);
  task->End(pieces, Deadline(clock_.Now() + seconds(20)));
  busy.Go();
  ASSERT_NE(Wait(*task, seconds(20)), nullptr);
  EXPECT_EQ(Wait(*task, seconds(20))->reply.kind, Kind::kClean);
  EXPECT_NE(Wait(*first, seconds(20)), nullptr);
}

TEST_F(ScannerTest, AMessageThatGoesAwayFreesItsPlace) {
  ScanServer server(Answer);
  Use({server.endpoint()}, 1);
  for (int i = 0; i < 5; ++i) {
    const auto task = scanner_->Begin({}, {});
    task->Send(std::make_shared<const std::string>(kText));
    task->GiveUp(false);
  }
  EXPECT_EQ(Scan()->reply.kind, Kind::kClean);
}

}  // namespace
}  // namespace spillway
