// SPDX-License-Identifier: BSD-2-Clause
// A table for every branch, named by section of RFC 9989.
#include "milter/auth/dmarc_eval.h"

#include <gtest/gtest.h>

#include "t/rig/fake_dns.h"

namespace spillway {
namespace {

class DmarcTest : public testing::Test {
 protected:
  void Publish(const std::string& domain, const std::string& tags) {
    dns_.Txt("_dmarc." + domain, {"v=DMARC1; " + tags});
  }
  DnsFind Find() {
    return [this](const DnsQuestion& question) {
      return std::make_shared<const DnsAnswer>(*dns_.Answer(question));
    };
  }
  DmarcOutcome Judge(const std::string& author, std::vector<DmarcIdentifier> identifiers = {}) {
    return EvaluateDmarc(author, identifiers, Find());
  }
  static DmarcIdentifier Dkim(const std::string& domain, State state = State::kPass) {
    return {false, state, domain};
  }
  static DmarcIdentifier Spf(const std::string& domain, State state = State::kPass) {
    return {true, state, domain};
  }
  DmarcPolicy PolicyOf(const std::string& author) { return Judge(author).policy; }

  FakeDns dns_;
};

TEST_F(DmarcTest, Section410NamesOfTheWalk) {
  EXPECT_EQ(WalkNames("example.org"), (std::vector<std::string>{"example.org", "org"}));
  const auto names = WalkNames("a.b.c.d.e.f.g.h.i.example.org");
  ASSERT_EQ(names.size(), 8U);
  EXPECT_EQ(names[1], "e.f.g.h.i.example.org");  // 7 labels
  EXPECT_EQ(names[7], "org");
  EXPECT_EQ(WalkNames("b.c.d.e.f.g.example.org")[1], "c.d.e.f.g.example.org");
}

TEST_F(DmarcTest, Section410NoRecordIsNoPolicy) {
  const DmarcOutcome outcome = Judge("example.org", {Dkim("example.org")});
  EXPECT_EQ(outcome.state, State::kNone);
  EXPECT_EQ(outcome.found_at, "");
  EXPECT_EQ(outcome.organization, "example.org");
}

TEST_F(DmarcTest, Section410PolicyOfTheAuthorDomainItself) {
  Publish("example.org", "p=reject; sp=none; np=quarantine");
  const DmarcOutcome outcome = Judge("example.org");
  EXPECT_EQ(outcome.state, State::kFail);
  EXPECT_EQ(outcome.policy, DmarcPolicy::kReject);
  EXPECT_EQ(outcome.found_at, "example.org");
}

TEST_F(DmarcTest, Section410SubdomainTakesTheOrganizationsNotTheNearest) {
  Publish("example.org", "p=none; sp=reject");
  Publish("b.example.org", "p=quarantine");
  dns_.Address("a.b.example.org", {"192.0.2.1"});
  const DmarcOutcome outcome = Judge("a.b.example.org");
  EXPECT_EQ(outcome.policy, DmarcPolicy::kReject);
  EXPECT_EQ(outcome.found_at, "example.org");
  EXPECT_EQ(PolicyOf("b.example.org"), DmarcPolicy::kQuarantine);
}

TEST_F(DmarcTest, Section47FallBackFromNpToSpToP) {
  struct Case {
    const char* tags;
    DmarcPolicy existing, missing;
  };
  using P = DmarcPolicy;
  for (const Case& c : {Case{"p=reject", P::kReject, P::kReject},
                        {"p=reject; sp=none", P::kNone, P::kNone},
                        {"p=none; np=reject", P::kNone, P::kReject},
                        {"p=none; sp=quarantine; np=reject", P::kQuarantine, P::kReject}}) {
    Publish("example.org", c.tags);
    dns_.Address("here.example.org", {"192.0.2.1"});
    EXPECT_EQ(PolicyOf("here.example.org"), c.existing) << c.tags;
    EXPECT_EQ(PolicyOf("gone.example.org"), c.missing) << c.tags;
  }
}

TEST_F(DmarcTest, Section47NoDataIsNotNonExistent) {
  Publish("example.org", "p=none; np=reject");
  dns_.Names("mail.example.org", RrType::kMx, {"mx.example.org"});
  EXPECT_EQ(PolicyOf("mail.example.org"), DmarcPolicy::kNone);
}

TEST_F(DmarcTest, Section47TestModeIsOneStepLower) {
  Publish("example.org", "p=reject; t=y");
  EXPECT_EQ(PolicyOf("example.org"), DmarcPolicy::kQuarantine);
  Publish("example.org", "p=quarantine; t=y");
  EXPECT_EQ(PolicyOf("example.org"), DmarcPolicy::kNone);
  Publish("example.org", "p=none; t=y");
  EXPECT_EQ(PolicyOf("example.org"), DmarcPolicy::kNone);
}

TEST_F(DmarcTest, Section410SeveralRecordsAtTheAuthorDomainEndTheSearch) {
  Publish("example.org", "p=reject");
  dns_.Txt("_dmarc.a.example.org", {"v=DMARC1; p=none", "v=DMARC1; p=reject"});
  EXPECT_EQ(Judge("a.example.org").state, State::kNone);
  dns_.Txt("_dmarc.a.example.org", {"v=spf1 -all", "v=DMARC1; p=none"});
  EXPECT_EQ(Judge("a.example.org").found_at, "a.example.org");
}

TEST_F(DmarcTest, Section47UnusableRecordIsNoPolicy) {
  Publish("example.org", "p=bogus");
  EXPECT_EQ(Judge("example.org").state, State::kNone);
}

TEST_F(DmarcTest, Section44Alignment) {
  Publish("example.org", "p=reject");
  EXPECT_EQ(Judge("example.org", {Dkim("example.org")}).state, State::kPass);
  EXPECT_EQ(Judge("example.org", {Dkim("mail.example.org")}).state, State::kPass);
  EXPECT_EQ(Judge("example.org", {Spf("bounce.example.org")}).state, State::kPass);
  EXPECT_EQ(Judge("a.example.org", {Dkim("b.example.org")}).state, State::kPass);
  EXPECT_EQ(Judge("example.org", {Dkim("example.com"), Spf("org")}).state, State::kFail);
  EXPECT_EQ(Judge("example.org", {Dkim("notexample.org")}).state, State::kFail);
  EXPECT_EQ(Judge("example.org", {Dkim("example.org", State::kFail)}).state, State::kFail);
  EXPECT_EQ(Judge("example.org", {Dkim("other.org"), Spf("example.org")}).state, State::kPass);
}

TEST_F(DmarcTest, Section44StrictComparesNames) {
  Publish("example.org", "p=reject; adkim=s");
  EXPECT_EQ(Judge("example.org", {Dkim("mail.example.org")}).state, State::kFail);
  EXPECT_EQ(Judge("example.org", {Spf("mail.example.org")}).state, State::kPass);
  Publish("example.org", "p=reject; aspf=s");
  EXPECT_EQ(Judge("example.org", {Dkim("mail.example.org")}).state, State::kPass);
  EXPECT_EQ(Judge("example.org", {Spf("mail.example.org")}).state, State::kFail);
}

// A public suffix whose registry publishes psd=y keeps its customers apart.
TEST_F(DmarcTest, Section410PsdYesIsAboveTheOrganization) {
  Publish("bank.example", "p=none; psd=y; np=reject");
  Publish("one.bank.example", "p=reject");
  const DmarcOutcome outcome = Judge("one.bank.example", {Dkim("two.bank.example")});
  EXPECT_EQ(outcome.state, State::kFail);
  EXPECT_EQ(outcome.organization, "one.bank.example");
  EXPECT_EQ(Judge("a.one.bank.example", {Dkim("one.bank.example")}).state, State::kPass);
}

TEST_F(DmarcTest, Section410RegistrysRecordOnlyWhereTheOrganizationHasNone) {
  Publish("bank.example", "p=none; sp=quarantine; psd=y; np=reject");
  dns_.Address("here.bank.example", {"192.0.2.1"});
  EXPECT_EQ(PolicyOf("here.bank.example"), DmarcPolicy::kQuarantine);
  EXPECT_EQ(PolicyOf("gone.bank.example"), DmarcPolicy::kReject);
  Publish("here.bank.example", "p=none");
  EXPECT_EQ(PolicyOf("here.bank.example"), DmarcPolicy::kNone);
  EXPECT_EQ(Judge("bank.example").organization, "bank.example");
}

TEST_F(DmarcTest, Section410PsdNoEndsTheWalk) {
  Publish("example.org", "p=reject");
  Publish("dept.example.org", "p=quarantine; psd=n");
  dns_.Address("a.dept.example.org", {"192.0.2.1"});
  const DmarcOutcome outcome = Judge("a.dept.example.org", {Dkim("example.org")});
  EXPECT_EQ(outcome.state, State::kFail);
  EXPECT_EQ(outcome.found_at, "dept.example.org");
  EXPECT_EQ(outcome.organization, "dept.example.org");
}

// What is not known is never taken for "no".
TEST_F(DmarcTest, MissingAnswersAreTemporaryErrorsWhereTheyMatter) {
  Publish("example.org", "p=reject");
  dns_.Fail("_dmarc.org", RrType::kTxt, DnsStatus::kServfail);
  EXPECT_EQ(Judge("example.org", {Dkim("example.org")}).state, State::kPass);
  EXPECT_EQ(Judge("example.org", {Dkim("other.org")}).state, State::kTemperror);
  EXPECT_EQ(Judge("example.org", {Dkim("example.com")}).state, State::kFail);
  EXPECT_EQ(Judge("a.example.org").state, State::kTemperror);
  dns_.Fail("_dmarc.example.org", RrType::kTxt, DnsStatus::kTimeout);
  EXPECT_EQ(Judge("example.org", {Dkim("example.org")}).state, State::kTemperror);
}

TEST_F(DmarcTest, ExistenceThatCannotBeToldIsATemporaryErrorOfAFail) {
  Publish("example.org", "p=none; np=reject");
  for (const RrType type : {RrType::kA, RrType::kAaaa, RrType::kMx})
    dns_.Fail("a.example.org", type, DnsStatus::kServfail);
  EXPECT_EQ(Judge("a.example.org").state, State::kTemperror);
  EXPECT_EQ(Judge("a.example.org", {Dkim("example.org")}).state, State::kPass);
}

// A forger's broken name server must not turn his fail into an error.
TEST_F(DmarcTest, ErrorsOfStrangersDomainsDoNotMatter) {
  Publish("example.org", "p=reject");
  dns_.Fail("_dmarc.attacker.org", RrType::kTxt, DnsStatus::kServfail);
  EXPECT_EQ(Judge("example.org", {Spf("attacker.org")}).state, State::kFail);
  EXPECT_EQ(Judge("example.org", {Dkim("attacker.org", State::kTemperror)}).state, State::kFail);
}

TEST_F(DmarcTest, OneAnswerIsEnoughToExist) {
  Publish("example.org", "p=none; sp=reject; np=none");
  dns_.Address("a.example.org", {"192.0.2.1"});
  dns_.Fail("a.example.org", RrType::kA, DnsStatus::kServfail);
  EXPECT_EQ(Judge("a.example.org").state, State::kFail);
}

TEST_F(DmarcTest, PsdYesFarAboveALongName) {
  Publish("d.e.f.g.h.i.example", "p=none; psd=y");
  EXPECT_EQ(Judge("a.b.c.d.e.f.g.h.i.example").organization, "c.d.e.f.g.h.i.example");
}

TEST_F(DmarcTest, ErrorsOfSpfAndDkimStayErrors) {
  Publish("example.org", "p=reject");
  const auto state = [&](std::vector<DmarcIdentifier> identifiers) {
    return Judge("example.org", std::move(identifiers)).state;
  };
  EXPECT_EQ(state({Dkim("example.org", State::kTemperror)}), State::kTemperror);
  EXPECT_EQ(state({Dkim("example.org", State::kLate)}), State::kLate);
  EXPECT_EQ(state({Dkim("example.org", State::kLate), Spf("example.org", State::kTemperror)}),
            State::kLate);
  EXPECT_EQ(state({Dkim("example.org", State::kLate), Spf("example.org")}), State::kPass);
  EXPECT_EQ(state({Dkim("example.com", State::kLate)}), State::kFail);  // would not have helped
  EXPECT_EQ(state({Dkim("example.org", State::kPermerror)}), State::kFail);
}

TEST_F(DmarcTest, QuestionsAreAskedOnceAndNpOnlyWhereItMatters) {
  std::map<DnsQuestion, DnsAnswerPtr> known;
  const DnsFind find = [&](const DnsQuestion& question) -> DnsAnswerPtr {
    const auto it = known.find(question);
    return it == known.end() ? nullptr : it->second;
  };
  Publish("example.org", "p=none; np=reject");
  for (const size_t expected : {3U, 3U, 0U}) {  // the walk; A, AAAA and MX; nothing more
    const auto questions = PolicyQuestions("a.example.org", find);
    EXPECT_EQ(questions.size(), expected);
    for (const DnsQuestion& question : questions) known[question] = dns_.Answer(question);
  }
  // Outside of the organization nothing can align, and the author's own needs no walk.
  const auto more = [&](const std::string& domain) {
    return AlignmentQuestions("a.example.org", {domain}, find).size();
  };
  EXPECT_EQ(more("a.example.org") + more("other.org") + more("notexample.org"), 0U);
  EXPECT_EQ(more("b.example.org"), 1U);  // the rest of the walk is known
}

}  // namespace
}  // namespace spillway
