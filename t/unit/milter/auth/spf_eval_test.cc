// SPDX-License-Identifier: BSD-2-Clause
// What the published suite (make conformance) does not cover, and its core, so that make check
// stands alone.
#include "milter/auth/spf_eval.h"

#include <gtest/gtest.h>

#include <set>

#include "t/rig/fake_dns.h"

namespace spillway {
namespace {

// Answers from a FakeDns, but pretends that each name is unknown the first time, as a network does.
class SlowAnswers final : public SpfAnswers {
 public:
  explicit SlowAnswers(const FakeDns& dns) : dns_(dns) {}
  DnsAnswerPtr Find(const DnsQuestion& question) override {
    return known_.contains(question) ? dns_.Answer(question) : nullptr;
  }
  void Learn(const std::vector<DnsQuestion>& questions) {
    known_.insert(questions.begin(), questions.end());
  }

 private:
  const FakeDns& dns_;
  std::set<DnsQuestion> known_;
};

class SpfEvalTest : public testing::Test {
 protected:
  SpfOutcome Evaluate(const std::string& ip = "192.0.2.1") {
    SpfQuery query{
        .client = *Ip::Parse(ip), .helo = "c.example", .local = local_, .domain = "a.example"};
    SlowAnswers answers(dns_);
    for (rounds_ = 0; rounds_ < 100; ++rounds_) {
      SpfOutcome outcome = EvaluateSpf(query, answers);
      if (outcome.needed.empty()) return outcome;
      answers.Learn(outcome.needed);
    }
    ADD_FAILURE() << "did not end";
    return {};
  }
  void Record(const std::string& text) { dns_.Txt("a.example", {"v=spf1 " + text}); }

  std::string local_ = "user";
  FakeDns dns_;
  int rounds_ = 0;
};

// RFC 8616 section 4. The term is not asked for, and an include or redirect is no error.
TEST_F(SpfEvalTest, TermsWithALocalPartInUtf8MatchNothing) {
  local_ = "j\u00f6rg";
  for (const char* macro : {"%{l}", "%{L}", "%{s}", "%{l1r-}"}) {
    for (const char* term : {"exists:", "include:", "a:", "mx:", "ptr:"}) {
      Record(term + std::string(macro) + ".b.example ?exists:%{d}.there -all");
      EXPECT_EQ(Evaluate().state, State::kFail) << term << macro;
    }
    Record("redirect=" + std::string(macro) + ".b.example");
    EXPECT_EQ(Evaluate().state, State::kNeutral) << macro;
  }
  dns_.Address("a.example.there", {"127.0.0.2"});
  Record("exists:%{o}.there -all");
  EXPECT_EQ(Evaluate().state, State::kPass);
}

TEST_F(SpfEvalTest, BasicOutcomes) {
  EXPECT_EQ(Evaluate().state, State::kNone);
  Record("ip4:192.0.2.0/24 -all");
  EXPECT_EQ(Evaluate().state, State::kPass);
  EXPECT_EQ(Evaluate("198.51.100.1").state, State::kFail);
  Record("ip4:192.0.2.0/24 ~all");
  EXPECT_EQ(Evaluate("198.51.100.1").state, State::kSoftfail);
  Record("ip4:192.0.2.0/24");
  EXPECT_EQ(Evaluate("198.51.100.1").state, State::kNeutral);
}

// libspf2 lets 127.0.0.1 pass whatever the record says.
TEST_F(SpfEvalTest, LoopbackHasNoFreeRide) {
  Record("ip4:192.0.2.0/24 -all");
  EXPECT_EQ(Evaluate("127.0.0.1").state, State::kFail);
}

TEST_F(SpfEvalTest, TwoRecordsArePermerror) {
  dns_.Txt("a.example", {"v=spf1 -all", "v=spf1 +all"});
  EXPECT_EQ(Evaluate().state, State::kPermerror);
}

TEST_F(SpfEvalTest, TroubleOfDnsIsTemperrorAndNeverPermerror) {
  for (const DnsStatus status : {DnsStatus::kServfail, DnsStatus::kTimeout, DnsStatus::kLimited}) {
    dns_.Fail("a.example", RrType::kTxt, status);
    EXPECT_EQ(Evaluate().state, State::kTemperror);
  }
  Record("a:b.example -all");
  dns_.Fail("b.example", RrType::kA, DnsStatus::kServfail);
  EXPECT_EQ(Evaluate().state, State::kTemperror);
}

TEST_F(SpfEvalTest, TermsAreCountedOverIncludes) {
  std::string record = "include:i.example";
  for (int i = 0; i < 5; ++i) {
    dns_.Address("h" + std::to_string(i) + ".example", {"198.51.100.1"});
    record += " a:h" + std::to_string(i) + ".example";
  }
  Record(record + " -all");
  std::string included = "v=spf1";
  for (int i = 0; i < 4; ++i) included += " a:h" + std::to_string(i) + ".example";
  dns_.Txt("i.example", {included});
  EXPECT_EQ(Evaluate().state, State::kFail);  // 1 + 4 + 5 = 10
  dns_.Txt("i.example", {included + " a:h4.example"});
  EXPECT_EQ(Evaluate().state, State::kPermerror);
}

TEST_F(SpfEvalTest, ThirdVoidLookUpIsPermerror) {
  Record("a:v1.example a:v2.example -all");
  EXPECT_EQ(Evaluate().state, State::kFail);
  Record("a:v1.example a:v2.example a:v3.example -all");
  EXPECT_EQ(Evaluate().state, State::kPermerror);
}

TEST_F(SpfEvalTest, IncludeLoopEnds) {
  Record("include:a.example -all");
  EXPECT_EQ(Evaluate().state, State::kPermerror);
  EXPECT_LT(rounds_, 20);
}

TEST_F(SpfEvalTest, RecordOver2000BytesIsPermerror) {
  std::string record;
  while (record.size() < 2100) record += "ip4:198.51.100.1 ";
  Record(record + "-all");
  EXPECT_EQ(Evaluate().state, State::kPermerror);
}

TEST_F(SpfEvalTest, MacrosReachDnsExpanded) {
  Record("exists:%{ir}.%{l}.list.example -all");
  dns_.Address("1.2.0.192.user.list.example", {"127.0.0.2"});
  EXPECT_EQ(Evaluate().state, State::kPass);
}

TEST_F(SpfEvalTest, TheExplanationIsNeverAskedFor) {
  Record("redirect=r.example");
  dns_.Txt("r.example", {"v=spf1 -all exp=why.example"});
  const SpfOutcome outcome = Evaluate();
  EXPECT_EQ(outcome.state, State::kFail);
  EXPECT_TRUE(outcome.needed.empty());
}

}  // namespace
}  // namespace spillway
