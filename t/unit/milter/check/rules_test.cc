// SPDX-License-Identifier: BSD-2-Clause
#include <gmock/gmock.h>

#include "conf/config_error.h"
#include "milter/check/registry.h"
#include "milter/inspect/inspecting.h"
#include "t/rig/check_test.h"
#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

class RulesTest : public CheckTest {
 protected:
  RulesTest() {
    Configure("[content]\nshadow = false\n[rules]\nenabled = true\nfile = \"" + (dir_ / "rules") +
              "\"");
    message_.mail_from = ParsePath("<ann@example.org>");
    message_.rcpt_to = {ParsePath("<bob@example.net>"), ParsePath("<board@example.net>")};
    message_.client.helo = "mail.example.org";
    message_.headers = {{"From", " Anna Boss <anna@example.org>"},
                        {"Subject", " =?utf-8?B?R2lmdCBjYXJk?="}};
    message_.content.emplace(10000);
    message_.content->AddHeaders(message_.headers);
    message_.content->AddBody("Please call\r\n +1 800 555.\r\n");
    message_.header_bytes = 100;
    message_.body_bytes = 27;
  }
  std::unique_ptr<CheckType> MakeWith(const std::string& rules) {
    dir_.Write("rules", rules);
    return Make("rules");
  }
  // One rule, or several, as the file has them.
  Result Run(const std::string& rules, bool reduced = false) {
    const auto type = MakeWith(rules);
    const auto cost = std::make_shared<MessageCost>();
    const auto check = reduced ? type->BeginReduced(message_, cost) : type->Begin(message_, cost);
    check->OnEnd(Later());
    const std::vector<CheckReport> earlier = {{.name = "spf", .result = {.state = State::kFail}}};
    check->Learn(earlier);
    return check->Finish(Deadline(clock_.Now() + std::chrono::seconds(20)));
  }
  TempDir dir_;
  bool Matches(const std::string& conditions) {
    return Run("[[rule]]\nname = \"r\"\n" + conditions + "\n").state == State::kPolicy;
  }
};

// Even a pattern that matches nothing at all does not match a body that was not looked at.
TEST_F(RulesTest, InABrownoutTheBodyIsNotLookedAt) {
  const std::string body = "[[rule]]\nname = \"b\"\nbody = ['^']\n";
  const std::string from = "[[rule]]\nname = \"f\"\nfrom = '^ann@'\n";
  EXPECT_EQ(Run(body).state, State::kPolicy);
  const Result skipped = Run(body, true);
  EXPECT_EQ(skipped.state, State::kNeutral);
  EXPECT_EQ(skipped.reason, "body skipped (brownout)");
  EXPECT_TRUE(skipped.unscanned);
  EXPECT_EQ(skipped.added.at(0).value, "body skipped (brownout)");
  EXPECT_EQ(Run(body + from, true).reason, "f; body skipped (brownout)");
  EXPECT_EQ(Run(from, true).reason, "f");
}

TEST_F(RulesTest, LookAtEverything) {
  EXPECT_TRUE(Matches("from = '^ann@'"));
  EXPECT_FALSE(Matches("from = '^bob@'"));
  EXPECT_TRUE(Matches("to = '^BOARD@'"));
  EXPECT_TRUE(Matches("helo = 'example'"));
  EXPECT_FALSE(Matches("user = '.'"));
  EXPECT_TRUE(Matches("header = ['subject: ^gift card$']"));
  EXPECT_TRUE(Matches("header = ['*: boss']"));
  EXPECT_FALSE(Matches("header = ['To: .']"));
  EXPECT_TRUE(Matches("body = ['call\\s+\\+1', '555']"));
  EXPECT_FALSE(Matches("body = ['gift']"));  // that is in the header
  EXPECT_TRUE(Matches("larger = \"126B\""));
  EXPECT_FALSE(Matches("larger = \"127B\""));
  EXPECT_TRUE(Matches("client = [\"external\"]"));
  EXPECT_FALSE(Matches("client = [\"internal\"]"));
  EXPECT_TRUE(Matches("when = 'spf = fail and arc = off'"));
  EXPECT_FALSE(Matches("when = 'spf = pass'"));
}

TEST_F(RulesTest, LookAtWhatOneCanReadOfTheBody) {
  message_.inspecting = std::make_shared<Inspecting>();
  InspectionOutcome outcome;
  outcome.found.text = "gift cards";
  message_.inspecting->Complete(outcome);
  EXPECT_TRUE(Matches("body = ['gift']"));
  EXPECT_FALSE(Matches("body = ['555']"));
}

TEST_F(RulesTest, LookAtTheBodyAsItWasSentWhenItCannotBeRead) {
  for (const auto& [down, unreadable] :
       {std::pair("not there", ""), std::pair("", "too many parts")}) {
    message_.inspecting = std::make_shared<Inspecting>();
    InspectionOutcome outcome;
    outcome.down = down;
    outcome.found.unreadable = unreadable;
    outcome.found.text = "only a part";
    message_.inspecting->Complete(outcome);
    EXPECT_TRUE(Matches("body = ['555']"));
    EXPECT_FALSE(Matches("body = ['only a part']"));
  }
}

TEST_F(RulesTest, AllOfARuleMustHold) {
  EXPECT_TRUE(Matches("from = 'ann'\nheader = ['From: boss', 'Subject: gift']"));
  EXPECT_FALSE(Matches("from = 'ann'\nheader = ['From: boss', 'Subject: money']"));
  EXPECT_FALSE(Matches("from = 'ann'\nwhen = 'spf = pass'"));
}

TEST_F(RulesTest, TheStrongestActionCountsUpToAnAccept) {
  const std::string hold = "[[rule]]\nname = \"hold\"\naction = \"quarantine\"\n";
  const std::string reject = "[[rule]]\nname = \"no\"\naction = \"reject\"\ntext = \"not here\"\n";
  const std::string accept = "[[rule]]\nname = \"yes\"\naction = \"accept\"\n";
  const Result result = Run(hold + reject + hold.substr(0, 9) + "name = \"x\"\n");
  EXPECT_EQ(result.wish, Wish::kReject);
  EXPECT_EQ(result.refusal.text, "not here");
  EXPECT_EQ(result.reason, "hold, no, x");
  EXPECT_EQ(result.added.at(0).value, "hold, no, x");
  EXPECT_EQ(Run(hold + accept + reject).wish, Wish::kQuarantine);
}

TEST_F(RulesTest, ScoresAddUp) {
  Configure(R"([rules]
quarantine_score = 3)");
  Configure(R"([rules]
reject_score = 5)");
  const std::string two = "[[rule]]\nname = \"a\"\nscore = 2.5\n";
  const std::string more = "[[rule]]\nname = \"b\"\nscore = 2.5\n";
  EXPECT_EQ(Run(two).wish, Wish::kNone);
  EXPECT_EQ(Run(two + more).wish, Wish::kReject);
  EXPECT_EQ(Run(two + more).reason, "a, b; score 5.0");
  Configure(R"([rules]
reject_score = 0)");
  EXPECT_EQ(Run(two + more).wish, Wish::kQuarantine);
}

TEST_F(RulesTest, AShadowIsOnlySaid) {
  const Result result = Run(
      "[[rule]]\nname = \"a\"\naction = \"reject\"\nshadow = true\nscore = 9.0\nadd = \"X: y\"\n");
  EXPECT_EQ(result.wish, Wish::kNone);
  EXPECT_EQ(result.shadow, Wish::kReject);
  EXPECT_EQ(result.reason, "a (shadow)");
  EXPECT_EQ(result.added.size(), 1U);
}

TEST_F(RulesTest, AddsItsField) {
  const Result result = Run("[[rule]]\nname = \"a\"\nadd = \"X-Note: hello\"\n");
  EXPECT_EQ(result.added.at(1).name, "X-Note");
  EXPECT_EQ(result.added.at(1).value, "hello");
}

TEST_F(RulesTest, WithoutAPatternTheFieldMustBeThere) {
  EXPECT_TRUE(Matches("header = ['Subject:']"));
  EXPECT_FALSE(Matches("header = ['X-Loop:']"));
}

TEST_F(RulesTest, WhatWasNotReadIsSaid) {
  message_.inspecting = std::make_shared<Inspecting>();
  message_.inspecting->Complete({.found = {.unreadable = "too many boundaries"}, .down = {}});
  const Result result = Run("[[rule]]\nname = \"a\"\nbody = ['no such']\n");
  EXPECT_EQ(result.state, State::kNeutral);
  EXPECT_TRUE(result.unscanned);
  EXPECT_EQ(result.added.at(0).value, "too many boundaries");
}

TEST_F(RulesTest, NoRulesIsNoResult) {
  EXPECT_EQ(Run("").state, State::kNone);
}

// What the MTA is told to leave out cannot be counted.
TEST_F(RulesTest, TheBodyIsWantedAsFarAsItsSizeMatters) {
  const auto type = MakeWith("[[rule]]\nname = \"a\"\nlarger = \"1KiB\"\n");
  const auto check = type->Begin(message_, std::make_shared<MessageCost>());
  EXPECT_TRUE(check->OnBody("x"));
  message_.body_bytes = 2000;
  EXPECT_FALSE(check->OnBody("x"));
}

// The session goes before the pool has come to it.
TEST_F(RulesTest, AMessageMayGoAtAnyTime) {
  const auto type = MakeWith("[[rule]]\nname = \"a\"\nbody = ['x']\n");
  for (int i = 0; i < 100; ++i) {
    const auto check = type->Begin(message_, std::make_shared<MessageCost>());
    check->OnEnd(Later());
  }
}

TEST_F(RulesTest, WhatIsWrongWithTheFileHasItsPlace) {
  const auto errors = [this]() -> std::vector<std::string> {
    try {
      Make("rules");
    } catch (const ConfigError& error) {
      return error.errors();
    }
    return {};
  };
  dir_.Write("rules", "[[rule]]\nname = \"a\"\nfrom = 'x'\n");
  EXPECT_THAT(errors(), testing::ElementsAre());
  dir_.Write("rules", "[[rule]]\nname = \"a\"\nwhen = 'foo = pass'\n");
  EXPECT_THAT(errors(),
              testing::ElementsAre(testing::AllOf(testing::StartsWith(dir_ / "rules" + ":3:8: "),
                                                  testing::HasSubstr("iprev auth spf dkim arc"))));
  Configure("[rules]\nfile = \"/nonexistent\"");
  EXPECT_THAT(errors(), testing::ElementsAre("test:2:8: /nonexistent: cannot be read: "
                                             "No such file or directory"));
}

}  // namespace
}  // namespace spillway
