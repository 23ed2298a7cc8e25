// SPDX-License-Identifier: BSD-2-Clause
#include "milter/check/registry.h"
#include "t/rig/check_test.h"

namespace spillway {
namespace {

class DmarcCheckTest : public CheckTest {
 protected:
  DmarcCheckTest() {
    message_.client.has_address = true;
    message_.client.helo = "mail.example.org";
    message_.mail_from = ParsePath("<user@example.org>");
    message_.headers = {{"From", " User <user@example.org>"}};
    dns_.Txt("_dmarc.example.org", {"v=DMARC1; p=reject"});
  }
  static Deadline In(int milliseconds) {
    return Deadline(SystemClock().Now() + std::chrono::milliseconds(milliseconds));
  }
  static CheckReport Spf(const std::string& property, const std::string& value, State state) {
    CheckReport report{.name = "spf"};
    report.result.methods = {
        {.method = "spf", .state = state, .properties = {{"smtp", property, value}}}};
    return report;
  }
  static CheckReport Dkim(const std::string& domain, State state) {
    CheckReport report{.name = "dkim"};
    report.result.methods = {
        {.method = "dkim", .state = state, .properties = {{"header", "d", domain}}}};
    return report;
  }
  Result Run(const std::vector<CheckReport>& earlier, int milliseconds = 20000) {
    type_ = Make("dmarc");
    const auto check = type_->Begin(message_, std::make_shared<MessageCost>());
    check->OnHeaders();
    check->Learn(earlier);
    return check->Finish(In(milliseconds));
  }

  std::unique_ptr<CheckType> type_;
};

TEST_F(DmarcCheckTest, PassSaysWhereThePolicyWasFound) {
  const Result result = Run({Spf("mailfrom", "user@example.org", State::kPass)});
  EXPECT_EQ(result.state, State::kPass);
  EXPECT_EQ(result.reason, "policy reject at example.org, organization example.org");
  ASSERT_EQ(result.methods.size(), 1U);
  EXPECT_EQ(result.methods[0].reason, "");
  EXPECT_EQ(result.methods[0].properties[0].value, "example.org");
  EXPECT_EQ(result.methods[0].properties[1].value, "reject");
  EXPECT_EQ(result.wish, Wish::kNone);
}

TEST_F(DmarcCheckTest, AFailWishesWhatThePolicySaysAndGetsWhatTheAdministratorAllows) {
  const Result result = Run({Dkim("other.example", State::kPass)});
  EXPECT_EQ(result.state, State::kFail);
  EXPECT_EQ(result.wish, Wish::kReject);
  EXPECT_EQ(type_->Action(result), Wish::kNone);  // the default: report only
  Configure(R"([dmarc]
on_reject = "quarantine")");
  EXPECT_EQ(Make("dmarc")->Action(result), Wish::kQuarantine);
  Configure(R"([dmarc]
on_reject = "reject")");
  EXPECT_EQ(Make("dmarc")->Action(result), Wish::kReject);
}

// CVE-2019-20790: a HELO that passes says nothing about a MAIL FROM that is there.
TEST_F(DmarcCheckTest, HeloCountsOnlyForTheNullSender) {
  const auto helo = Spf("helo", "mail.example.org", State::kPass);
  EXPECT_EQ(Run({helo}).state, State::kFail);
  message_.mail_from = ParsePath("<>");
  EXPECT_EQ(Run({helo}).state, State::kPass);
}

TEST_F(DmarcCheckTest, DkimDomainsAreWalkedFor) {
  message_.headers.push_back({"DKIM-Signature", " v=1; a=x;\n d = Sub.example.org ; s=s"});
  EXPECT_EQ(Run({Dkim("Sub.example.org", State::kPass)}).state, State::kPass);
}

TEST_F(DmarcCheckTest, NoAuthorGetsTheActionOfRejectUnlessItHasItsOwn) {
  message_.headers = {{"From", " undisclosed:;"}};
  const Result result = Run({Spf("mailfrom", "user@example.org", State::kPass)});
  EXPECT_EQ(result.state, State::kPermerror);
  EXPECT_NE(result.reason.find("a group in place of an author"), std::string::npos);
  EXPECT_EQ(type_->Action(result), Wish::kNone);
  Configure(R"([dmarc]
on_reject = "reject")");
  EXPECT_EQ(Make("dmarc")->Action(result), Wish::kReject);
  Configure(R"([dmarc]
on_reject = "reject"
on_unclear_author = "quarantine")");
  EXPECT_EQ(Make("dmarc")->Action(result), Wish::kQuarantine);
}

TEST_F(DmarcCheckTest, OfSeveralAuthorsTheStrictestOutcomeCounts) {
  dns_.Txt("_dmarc.lax.example", {"v=DMARC1; p=none"});
  dns_.Txt("_dmarc.example", {"v=spf1"});
  message_.mail_from = ParsePath("<user@lax.example>");
  const auto lax = Spf("mailfrom", "user@lax.example", State::kPass);
  for (const char* from :
       {" user@lax.example, ceo@example.org", " ceo@example.org <user@lax.example>"}) {
    message_.headers = {{"From", from}};
    const Result result = Run({lax});
    EXPECT_EQ(result.state, State::kFail) << from;
    EXPECT_EQ(result.wish, Wish::kReject) << from;
    EXPECT_EQ(result.methods[0].properties[0].value, "example.org") << from;
  }
  message_.headers = {{"From", " user@lax.example"}, {"From", " user@lax.example"}};
  EXPECT_EQ(Run({lax}).state, State::kPass);
}

// What the administrator wants done with them, if it is stricter.
TEST_F(DmarcCheckTest, SeveralAuthorsAreUnclearOnlyWhereThatHasAnActionOfItsOwn) {
  dns_.Txt("_dmarc.example.org", {"v=DMARC1; p=none"});
  message_.headers = {{"From", " user@example.org, b@b.example"}};
  Configure(R"([dmarc]
on_reject = "reject")");
  const Result by_policy = Run({});
  EXPECT_EQ(type_->Action(by_policy), Wish::kNone);
  Configure(R"([dmarc]
on_unclear_author = "reject")");
  const Result own = Run({});
  EXPECT_EQ(type_->Action(own), Wish::kReject);
}

TEST_F(DmarcCheckTest, AHeaderTooLargeToKeepIsJudgedByTheFromThatWasSeen) {
  message_.headers_truncated = true;
  EXPECT_EQ(Run({}).wish, Wish::kReject);
  message_.headers = {{"Subject", " x"}};
  const Result unseen = Run({});
  EXPECT_TRUE(unseen.unclear_author);
  EXPECT_NE(unseen.reason.find("too large to read"), std::string::npos);
}

TEST_F(DmarcCheckTest, SilentDnsIsLateAndNamed) {
  dns_.Silence("_dmarc.example.org");
  const Result result = Run({}, 50);
  EXPECT_EQ(result.state, State::kLate);
  EXPECT_EQ(result.reason, "waiting for _dmarc.example.org/TXT");
  EXPECT_EQ(result.wish, Wish::kNone);
  dns_.Release("_dmarc.example.org");
}

// What cannot change the outcome is not waited for: this would take 20 s otherwise.
TEST_F(DmarcCheckTest, SilentDomainThatDoesNotMatterIsNotWaitedFor) {
  message_.mail_from = ParsePath("<user@silent.org>");
  dns_.Silence("_dmarc.silent.org");
  const auto spf = Spf("mailfrom", "user@silent.org", State::kFail);
  EXPECT_EQ(Run({spf}).state, State::kFail);
  EXPECT_EQ(Run({spf, Dkim("example.org", State::kPass)}).state, State::kPass);
  EXPECT_EQ(Run({Spf("mailfrom", "user@silent.org", State::kPass)}).state, State::kFail);
  message_.mail_from = ParsePath("<user@mute.example.org>");
  dns_.Silence("_dmarc.mute.example.org");
  const Result undecided = Run({Spf("mailfrom", "user@mute.example.org", State::kPass)}, 50);
  EXPECT_EQ(undecided.state, State::kLate);
  EXPECT_EQ(undecided.reason, "waiting for _dmarc.mute.example.org/TXT");
  dns_.Release("_dmarc.mute.example.org");
  dns_.Release("_dmarc.silent.org");
}

TEST_F(DmarcCheckTest, OurOwnAreSkippedUnlessAskedFor) {
  message_.client.cls = ClientClass::kAuthenticated;
  EXPECT_EQ(Run({}).state, State::kSkipped);
  message_.client.cls = ClientClass::kInternal;
  EXPECT_EQ(Run({}).state, State::kSkipped);
  Configure(R"([dmarc]
judge_ours = true)");
  const Result result = Run({});
  EXPECT_EQ(result.state, State::kFail);
  EXPECT_EQ(result.wish, Wish::kNone);  // nothing of ours has been through SPF
}

TEST_F(DmarcCheckTest, NeedsSpfAndDkim) {
  Configure(R"([dkim]
enabled = false)");
  EXPECT_EQ(Make("dmarc"), nullptr);
}

}  // namespace
}  // namespace spillway
