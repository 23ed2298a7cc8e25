// SPDX-License-Identifier: BSD-2-Clause
#include "milter/session.h"

#include <gtest/gtest.h>

#include <fstream>

#include "milter/mail/from.h"
#include "milter/telemetry/reader.h"
#include "t/rig/fake_clock.h"
#include "t/rig/recording_check.h"
#include "t/rig/temp_dir.h"
#include "t/rig/test_log.h"

namespace spillway {
namespace {

using std::chrono::milliseconds;

class SessionTest : public testing::Test {
 protected:
  SessionTest() {
    config_.milter.authserv_id = "mx.example.org";
    plan_.finish = [this](Deadline deadline) {
      deadline_ = deadline.at();
      return result_;
    };
    plan_.on_call = [this](const std::string& call) {
      if (call == "envelope") clock_.Advance(in_envelope_);
    };
    Begin();
  }
  // A connection, with a check that does as planned now.
  void Begin() {
    session_.reset();
    generation_.Swap(std::make_shared<const Generation>(
        config_, log_, clock_, [this](const Config&, const CheckServices&) {
          CheckTypes types;
          types.push_back(std::make_unique<RecordingCheckType>(plan_));
          return types;
        }));
    session_.emplace(shared_);
    session_->Connect(Ip::Parse("192.0.2.1"));
    session_->Helo("client.example.org");
  }
  Verdict Message(const std::vector<std::pair<std::string, std::string>>& headers = {},
                  const std::string& body = "") {
    session_->MailFrom("<a@b.example>", user_);
    session_->Recipient("<rcpt@example.org>");
    for (const auto& [name, value] : headers) session_->Header(name, value);
    session_->EndOfHeaders();
    session_->Body(body);
    return session_->EndOfMessage("QID");
  }

  void LateIsTempfailed() {
    plan_.tempfail = true;
    Begin();
    result_ = {.state = State::kLate, .methods = {{.method = "plan", .state = State::kLate}}};
  }

  std::string user_;  // SASL
  TempDir dir_;
  FakeClock clock_;
  TestLog log_;
  static Config WithInternalNetwork() {
    Config config;
    config.clients.internal = {"10.0.0.0/8"};
    return config;
  }
  Config config_ = WithInternalNetwork();
  RecordingCheckPlan plan_;
  CurrentGeneration generation_{nullptr};
  Recorder recorder_{dir_ / "telemetry", {"plan"}, milliseconds(1000), TimePoint{}};
  LearnedDevices devices_{dir_ / "devices"};
  SessionShared shared_{generation_, devices_, clock_, log_, recorder_, {}};
  std::optional<Session> session_;
  Result result_{.state = State::kPass};
  Duration in_envelope_{};
  TimePoint deadline_;
};

TEST_F(SessionTest, OneVerdictOneLogLineOneRecord) {
  Message();
  ASSERT_EQ(log_.lines().size(), 1U);
  const std::string line = log_.lines()[0];
  EXPECT_TRUE(line.starts_with("QID: sid=")) << line;
  for (const char* part : {" verdict=accept", " client=192.0.2.1", " from=<a@b.example>",
                           " rcpts=1", " plan=pass/", " total=", " late=none"}) {
    EXPECT_NE(line.find(part), std::string::npos) << part << " in " << line;
  }
  TelemetryReader reader(dir_ / "telemetry");
  ASSERT_TRUE(reader.Refresh());
  const auto records = reader.Take(10);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(Ip::FromBytes16(records[0].client.data()), Ip::Parse("192.0.2.1"));
}

TEST_F(SessionTest, BudgetCountsEarlierCallsAndNotTheClientsUpload) {
  in_envelope_ = milliseconds(300);
  session_->MailFrom("<a@b.example>", "");
  clock_.Advance(std::chrono::seconds(20));  // the client's
  session_->EndOfHeaders();
  const TimePoint end_of_message = clock_.Now();
  session_->EndOfMessage("QID");
  EXPECT_EQ(deadline_, end_of_message + milliseconds(700));
}

class AdvisedTest : public SessionTest {
 protected:
  AdvisedTest() { EXPECT_TRUE(reader_.Refresh()); }
  void Advise(Duration budget) {
    reader_.Advise({.budget = std::chrono::duration_cast<milliseconds>(budget)}, clock_.Now());
  }
  // What the check was given.
  Duration Budget() {
    Message();
    return deadline_ - clock_.Now();
  }
  TelemetryReader reader_{dir_ / "telemetry"};
};

TEST_F(AdvisedTest, AShorterBudgetIsFollowedWhereLatenessIsAccepted) {
  EXPECT_EQ(Budget(), milliseconds(1000));
  EXPECT_EQ(log_.lines().back().find(" budget="), std::string::npos);
  Advise(milliseconds(400));
  EXPECT_EQ(Budget(), milliseconds(400));
  EXPECT_NE(log_.lines().back().find(" budget=400.0ms late="), std::string::npos);
  Advise(milliseconds(4000));
  EXPECT_EQ(Budget(), milliseconds(1000));
  Advise(milliseconds(400));
  LateIsTempfailed();
  EXPECT_EQ(Budget(), milliseconds(1000));
}

TEST_F(AdvisedTest, WithoutThePolicyDaemonTheBudgetIsWholeAgain) {
  Advise(milliseconds(400));
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_EQ(Budget(), milliseconds(400));
  clock_.Advance(std::chrono::milliseconds(1200));
  EXPECT_EQ(Budget(), milliseconds(1000));
}

// A third of the messages; each says so, and is counted.
TEST_F(AdvisedTest, InABrownoutSomeMessagesGoWithoutACheck) {
  plan_.name = "rules";
  config_.budget.drop_first = {"rules"};
  Begin();
  reader_.Advise({.budget = milliseconds(1000), .without = 333}, clock_.Now());
  for (int i = 0; i < 300; ++i) Message();
  int reduced = 0;
  for (const std::string& line : log_.lines()) {
    if (line.find(" rules=skipped/0.0ms (brownout)") != std::string::npos) ++reduced;
  }
  EXPECT_NEAR(reduced, 100, 2);
  EXPECT_EQ(recorder_.counter(telemetry::Counter::kReduced), static_cast<uint64_t>(reduced));
  EXPECT_EQ(recorder_.counter(telemetry::Counter::kUnscanned), static_cast<uint64_t>(reduced));
}

// The client's time since it connected, or since the message before; not the filter's.
TEST_F(AdvisedTest, TheDialogueIsTheClientsTime) {
  in_envelope_ = milliseconds(300);
  clock_.Advance(std::chrono::seconds(3));
  Message();
  clock_.Advance(std::chrono::seconds(7));
  Message();
  const auto records = reader_.Take(10);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].dialogue_ms, 3000U);
  EXPECT_EQ(records[1].dialogue_ms, 7000U);
}

TEST_F(SessionTest, LateIsInLogAndTelemetry) {
  result_ = {.state = State::kLate,
             .reason = "waiting for x",
             .methods = {{.method = "plan", .state = State::kLate}}};
  const Verdict verdict = Message();
  EXPECT_EQ(verdict.late, std::vector<std::string>{"plan"});
  EXPECT_NE(log_.lines().at(0).find("late=plan"), std::string::npos);
  TelemetryReader reader(dir_ / "telemetry");
  ASSERT_TRUE(reader.Refresh());
  const auto records = reader.Take(10);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].late_mask, 1);
}

// Learned devices are spared as listed ones are, but only from the internal networks.
TEST_F(SessionTest, LateIsWaivedForALearnedDevice) {
  LateIsTempfailed();
  session_->Connect(Ip::Parse("10.0.0.7"));
  EXPECT_TRUE(Message().tempfail);
  std::ofstream(dir_ / "devices") << "10.0.0.7\n192.0.2.1\n";
  devices_.Refresh();
  EXPECT_TRUE(Message().waived);
  session_->Connect(Ip::Parse("192.0.2.1"));
  EXPECT_TRUE(Message().tempfail);
}

TEST_F(SessionTest, LateIsWaivedForALearnedUserWhereverHeIs) {
  LateIsTempfailed();
  std::ofstream(dir_ / "devices") << "user hall scanner\n192.0.2.1\n";
  devices_.Refresh();
  user_ = "hall scanner";
  EXPECT_TRUE(Message().waived);
  user_ = "hall";
  EXPECT_TRUE(Message().tempfail);
}

TEST_F(SessionTest, ForgedResultsAreFoundByTheirIndexAmongTheirName) {
  const Verdict verdict =
      Message({{"Authentication-Results", " other.example; spf=pass"},
               {"authentication-RESULTS", " mx.example.org; spf=pass"},
               {"Subject", " x"},
               {"Authentication-Results", "\n\tMX.example.org\n\t; dkim=pass"}});
  ASSERT_EQ(verdict.deletions.size(), 2U);
  EXPECT_EQ(verdict.deletions[0].index, 3U);
  EXPECT_EQ(verdict.deletions[1].index, 2U);
}

TEST_F(SessionTest, ResultsUnderOtherNamesOfOursAreRemoved) {
  config_.milter.own_ids = {"mx2.example.org"};
  Begin();
  const Verdict verdict = Message({{"Authentication-Results", " mx2.example.org; spf=pass"},
                                   {"Authentication-Results", " mx3.example.org; spf=pass"},
                                   {"Authentication-Results", " mx.example.org; spf=pass"}});
  ASSERT_EQ(verdict.deletions.size(), 2U);
  EXPECT_EQ(verdict.deletions[0].index, 3U);
  EXPECT_EQ(verdict.deletions[1].index, 1U);
}

// A content filter hands back what we have seen of a stranger.
TEST_F(SessionTest, ResultsThatComeBackFromAContentFilterStay) {
  config_.clients.internal = {"127.0.0.0/8", "10.0.0.0/8"};
  Begin();
  const auto changes = [this](const std::optional<Ip>& client, const std::string& results) {
    session_->Connect(client);
    const Verdict verdict =
        Message({{"X-Spillway-Rules", " a"}, {"Authentication-Results", results}});
    return verdict.deletions.size() + verdict.insertions.size();
  };
  const std::string stranger = " mx.example.org; spf=fail smtp.mailfrom=x@y.example";
  EXPECT_EQ(changes(Ip::Parse("127.0.0.1"), stranger), 0U);
  EXPECT_EQ(changes(std::nullopt, stranger), 0U);
  // What we would not have written goes all the same.
  session_->Connect(Ip::Parse("127.0.0.1"));
  const Verdict mixed = Message(
      {{"Authentication-Results", stranger}, {"Authentication-Results", " mx.example.org; x=(y"}});
  ASSERT_EQ(mixed.deletions.size(), 1U);
  EXPECT_EQ(mixed.deletions[0].index, 2U);
  EXPECT_EQ(changes(Ip::Parse("10.0.0.1"), stranger), 3U);
  EXPECT_EQ(changes(Ip::Parse("192.0.2.1"), stranger), 3U);
  EXPECT_EQ(changes(Ip::Parse("127.0.0.1"), " mx.example.org; dkim=pass"), 3U);
  EXPECT_EQ(changes(Ip::Parse("127.0.0.1"), " mx2.example.org; spf=fail"), 2U);
  user_ = "ann";
  EXPECT_EQ(changes(Ip::Parse("127.0.0.1"), stranger), 3U);
}

TEST_F(SessionTest, ForgedResultsDoNotHideBehindALargeHeader) {
  std::vector<std::pair<std::string, std::string>> headers(100,
                                                           {"X-Filler", std::string(10000, 'x')});
  headers.emplace_back("Authentication-Results", " mx.example.org; spf=pass");
  EXPECT_EQ(Message(headers).deletions.size(), 1U);
}

TEST_F(SessionTest, NothingIsLeftOverForTheNextMessage) {
  Message({{"Authentication-Results", " mx.example.org; spf=pass"}});
  EXPECT_TRUE(Message().deletions.empty());
  EXPECT_EQ(shared_.messages, 0);
}

TEST_F(SessionTest, AbortIsNoMessage) {
  session_->MailFrom("<a@b.example>", "");
  EXPECT_EQ(shared_.messages, 1);
  session_->Abort();
  EXPECT_EQ(shared_.messages, 0);
  EXPECT_TRUE(log_.lines().empty());
}

TEST_F(SessionTest, CallsOutsideAMessageDoNothing) {
  session_->Header("Subject", " x");
  session_->EndOfHeaders();
  session_->Body("x");
  EXPECT_TRUE(session_->EndOfMessage("QID").insertions.empty());
}

TEST_F(SessionTest, ClientClasses) {
  const auto cls = [this](const std::optional<Ip>& ip, const std::string& user) {
    session_->Connect(ip);
    session_->MailFrom("<a@b.example>", user);
    session_->EndOfMessage("Q");
    return log_.lines().back();
  };
  EXPECT_NE(cls(Ip::Parse("192.0.2.1"), "").find("class=external"), std::string::npos);
  EXPECT_NE(cls(Ip::Parse("192.0.2.1"), "joe").find("class=authenticated"), std::string::npos);
  EXPECT_NE(cls(Ip::Parse("10.1.2.3"), "").find("class=internal"), std::string::npos);
  EXPECT_NE(cls(std::nullopt, "").find("class=internal"), std::string::npos);
}

TEST_F(SessionTest, WhatAStrangerSendsCannotForgeALogLine) {
  session_->MailFrom("<a\nQID2: verdict=accept@b.example>", "");
  session_->EndOfMessage("QID\n");
  EXPECT_EQ(log_.lines().at(0).find('\n'), std::string::npos);
}

TEST_F(SessionTest, QueueIdMayBeMissing) {
  session_->MailFrom("<a@b.example>", "");
  session_->EndOfMessage("");
  EXPECT_TRUE(log_.lines().at(0).starts_with("s0000000")) << log_.lines().at(0);
}

// A header that is too large to keep hides no second author.
TEST_F(SessionTest, AuthorsBehindALargeHeaderAreKept) {
  std::vector<std::string> authors;
  plan_.on_header = [&](const struct Message& message) {
    EXPECT_TRUE(message.headers_truncated);
    authors.clear();
    for (const HeaderField& field : message.headers) {
      if (IsAuthorField(field.name)) authors.push_back(field.value);
    }
  };
  Begin();
  std::vector<std::pair<std::string, std::string>> headers(5100, {"X", ""});
  headers.insert(headers.begin(), {"From", "a@b.example"});
  headers.emplace_back("From ", "ceo@bank.example");
  Message(headers);
  EXPECT_EQ(authors, (std::vector<std::string>{"a@b.example", "ceo@bank.example"}));
  for (int i = 0; i < 10; ++i) headers.emplace_back("from", "c@d.example");
  Message(headers);
  ASSERT_EQ(authors.size(), 5U);
  EXPECT_EQ(authors.back(), "") << "that there were more makes the author unclear";
}

}  // namespace
}  // namespace spillway
