// SPDX-License-Identifier: BSD-2-Clause
#include "policy/serve/stages.h"

#include <gtest/gtest.h>

#include "policy/serve/reply.h"

namespace spillway {
namespace {

constexpr int64_t kWall = 1'700'000'000;
const TimePoint kNow = TimePoint() + std::chrono::hours(1);

class DecisionTest : public ::testing::Test {
 protected:
  // Holding 20 of 100 is severe, 80 mild.
  void Hold(double percent) {
    shedder_.Order({OverrideMode::kHold, percent, kNow + std::chrono::hours(1)});
  }
  static Clients::Options Internal() {
    Config config;
    config.clients.internal = {"10.0.0.0/8"};
    return {.lists = ClientLists(config)};
  }
  // Of the internal networks, at RCPT with another recipient for another message.
  std::string_view AskOurOwn(const std::string& state, double sessions,
                             const std::string& recipient = "") {
    PolicyRequest request;
    request.attributes = {{"protocol_state", state},      {"client_address", "10.0.0.9"},
                          {"client_port", "4711"},        {"instance", "a." + recipient},
                          {"sender", "scan@example.com"}, {"recipient", recipient},
                          {"server_port", "25"}};
    return stages_.Answer(request, sessions, kNow, kWall);
  }
  std::string_view Ask(const std::string& state, double sessions, const std::string& port = "4711",
                       const std::string& instance = "a.1", const std::string& user = "",
                       const std::string& server_port = "25",
                       const std::string& address = "198.51.100.1") {
    PolicyRequest request;
    request.attributes = {{"request", "smtpd_access_policy"},
                          {"protocol_state", state},
                          {"client_address", address},
                          {"client_port", port},
                          {"instance", instance},
                          {"sasl_username", user},
                          {"server_port", server_port}};
    return stages_.Answer(request, sessions, kNow, kWall);
  }

  std::string_view AskAsFilter(double sessions, TimePoint now) {
    PolicyRequest request;
    request.attributes = {{"protocol_state", "CONNECT"},
                          {"client_address", "198.51.100.1"},
                          {"client_port", "4711"},
                          {"policy_context", "spillway-milter"}};
    return stages_.Answer(request, sessions, now, kWall);
  }

  Shedder shedder_{{.budget = 1, .slots = 100}, {}, Internal()};
  Stages stages_{shedder_};
};

TEST_F(DecisionTest, HealthyIsDunnoEverywhere) {
  for (const char* state : {"CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "END-OF-MESSAGE"})
    EXPECT_EQ(Ask(state, 99), kReplyDunno) << state;
}

TEST_F(DecisionTest, SevereRefusesTheSessionAtConnect) {
  Hold(20);
  EXPECT_EQ(Ask("CONNECT", 60), kReplyRefuseSession);
}

TEST_F(DecisionTest, MildRefusesTheMessageAtRecipient) {
  Hold(80);
  EXPECT_EQ(Ask("CONNECT", 85), kReplyDunno);
  EXPECT_EQ(Ask("MAIL", 85), kReplyDunno);
  EXPECT_EQ(Ask("RCPT", 85), kReplyRefuseMessage);
}

TEST_F(DecisionTest, OneDecisionForEachMessageNotForEachRecipient) {
  Hold(80);
  EXPECT_EQ(Ask("RCPT", 85), kReplyRefuseMessage);
  EXPECT_EQ(Ask("RCPT", 0), kReplyRefuseMessage);
  EXPECT_EQ(shedder_.counts().asked, 1U);
}

TEST_F(DecisionTest, AdmittedSessionSendsItsFirstMessage) {
  Hold(20);
  EXPECT_EQ(Ask("CONNECT", 0), kReplyDunno);
  EXPECT_EQ(Ask("MAIL", 60), kReplyDunno);
  EXPECT_EQ(Ask("RCPT", 60), kReplyDunno);
  EXPECT_EQ(shedder_.counts().asked, 1U);
}

// Postfix's instance is another one at RCPT than it was at MAIL.
TEST_F(DecisionTest, RecipientsBelongToTheMessageOfTheirMail) {
  Hold(80);
  EXPECT_EQ(Ask("CONNECT", 0), kReplyDunno);
  EXPECT_EQ(Ask("MAIL", 0, "4711", "a.1"), kReplyDunno);
  EXPECT_EQ(Ask("RCPT", 0, "4711", "a.2"), kReplyDunno);
  EXPECT_EQ(Ask("RCPT", 95, "4711", "a.2"), kReplyDunno);
  EXPECT_EQ(shedder_.counts().asked, 1U);
}

// Pitfall 18.
TEST_F(DecisionTest, PersistentSessionIsRefusedAtItsNextMail) {
  Ask("CONNECT", 0);
  EXPECT_EQ(Ask("MAIL", 60, "4711", "a.1"), kReplyDunno);
  Hold(20);
  EXPECT_EQ(Ask("RCPT", 60, "4711", "a.1"), kReplyDunno) << "its message goes on";
  EXPECT_EQ(Ask("MAIL", 60, "4711", "a.2"), kReplyRefuseSession);
}

TEST_F(DecisionTest, NeverAfterData) {
  Hold(20);
  EXPECT_EQ(Ask("DATA", 99), kReplyDunno);
  EXPECT_EQ(Ask("END-OF-MESSAGE", 99), kReplyDunno);
}

TEST_F(DecisionTest, SubmissionIsJudgedWhereTheUserIsKnown) {
  Hold(20);
  EXPECT_EQ(Ask("CONNECT", 99, "1", "a.1", "", "587"), kReplyDunno);
  EXPECT_EQ(Ask("MAIL", 99, "1", "a.1", "ann", "587"), kReplyDunno);
  EXPECT_EQ(Ask("RCPT", 99, "1", "a.2", "ann", "587"), kReplyRefuseMessage);
  EXPECT_EQ(shedder_.counts().refused_by_tier[1], 1U);
}

// Whether one of our own can come again is learned from what comes again: known at RCPT.
TEST_F(DecisionTest, OurOwnAreRefusedAtRecipientEvenWhenSevere) {
  Hold(20);
  EXPECT_EQ(AskOurOwn("CONNECT", 60), kReplyDunno);
  EXPECT_EQ(AskOurOwn("MAIL", 60), kReplyDunno);
  EXPECT_EQ(AskOurOwn("RCPT", 60, "a@example.com"), kReplyRefuseMessage);
  EXPECT_EQ(shedder_.counts().asked, 1U);
  EXPECT_EQ(Ask("CONNECT", 60), kReplyRefuseSession) << "others at once";
}

TEST_F(DecisionTest, OurOwnComeBackWithTheSameMessageOnly) {
  const ClientId scanner{.address = Ip::Parse("10.0.0.9").value()};
  const auto send = [this](double sessions, const char* recipient) {
    AskOurOwn("CONNECT", sessions);
    AskOurOwn("MAIL", sessions);
    return AskOurOwn("RCPT", sessions, recipient);
  };
  Hold(20);
  EXPECT_EQ(send(60, "a@example.com"), kReplyRefuseMessage);
  EXPECT_EQ(send(1, "b@example.com"), kReplyDunno);
  EXPECT_EQ(shedder_.clients().Find(scanner)->returned, 0U);
  EXPECT_EQ(send(1, "A@example.com"), kReplyDunno);
  EXPECT_EQ(shedder_.clients().Find(scanner)->returned, 1U);
}

// A filter that does not respond would hold their slot up to RCPT.
TEST_F(DecisionTest, OurOwnAreRefusedAtConnectWhereTheFilterDoesNotRespond) {
  shedder_.FilterResponds(false);
  EXPECT_EQ(AskOurOwn("CONNECT", 60), kReplyRefuseSession);
}

// Pitfall 22.
TEST_F(DecisionTest, MailFromTheMachineItselfIsNotRefused) {
  Hold(1);
  EXPECT_EQ(Ask("CONNECT", 99, "1", "a", "", "25", "127.0.0.1"), kReplyDunno);
  EXPECT_EQ(Ask("CONNECT", 99, "1", "a", "", "25", "::1"), kReplyDunno);
  EXPECT_EQ(Ask("CONNECT", 99, "1", "a", "", "25", "unknown"), kReplyDunno);
}

TEST_F(DecisionTest, FilterThatAsksAgainForTheSameSessionIsNotASecondDecision) {
  Hold(20);
  EXPECT_EQ(Ask("CONNECT", 0), kReplyDunno);
  EXPECT_EQ(AskAsFilter(99, kNow), kReplyDunno);
  EXPECT_EQ(shedder_.counts().asked, 1U);
  EXPECT_EQ(AskAsFilter(99, kNow + std::chrono::minutes(1)), kReplyRefuseSession)
      << "the port is another session's by now";
}

// For Sendmail: nobody asks again at MAIL or RCPT, and the session is among those that are counted.
TEST_F(DecisionTest, FilterAsksOnlyAtConnect) {
  Hold(80);
  EXPECT_EQ(AskAsFilter(95, kNow), kReplyRefuseSession);
  Hold(4);
  EXPECT_EQ(AskAsFilter(1, kNow + std::chrono::minutes(1)), kReplyDunno) << "only itself";
}

}  // namespace
}  // namespace spillway
