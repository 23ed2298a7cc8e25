// SPDX-License-Identifier: BSD-2-Clause
#include "milter/check/registry.h"
#include "t/rig/check_test.h"

namespace spillway {
namespace {

class SpfCheckTest : public CheckTest {
 protected:
  SpfCheckTest() {
    message_.client.address = *Ip::Parse("192.0.2.1");
    message_.client.has_address = true;
    message_.client.helo = "Client.Example.ORG";
    message_.mail_from = ParsePath("<user@example.org>");
  }
  static Deadline Soon() { return Deadline(SystemClock().Now() + std::chrono::milliseconds(50)); }
  static Deadline Far() { return Deadline(SystemClock().Now() + std::chrono::seconds(20)); }
  Result Run() {
    type_ = Make("spf");
    const auto check = type_->Begin(message_, std::make_shared<MessageCost>());
    check->OnEnvelope();
    return check->Finish(Far());
  }

  std::unique_ptr<CheckType> type_;
};

TEST_F(SpfCheckTest, BothIdentitiesAreJudged) {
  dns_.Txt("example.org", {"v=spf1 ip4:192.0.2.1 -all"});
  dns_.Txt("client.example.org", {"v=spf1 -all"});
  const Result result = Run();
  ASSERT_EQ(result.methods.size(), 2U);
  EXPECT_EQ(result.state, State::kPass);
  EXPECT_EQ(result.methods[0].properties[0].name, "mailfrom");
  EXPECT_EQ(result.methods[0].properties[0].value, "user@example.org");
  EXPECT_EQ(result.methods[1].state, State::kFail);
  EXPECT_EQ(result.methods[1].properties[0].name, "helo");
}

TEST_F(SpfCheckTest, NullSenderIsPostmasterAtHelo) {
  message_.mail_from = ParsePath("<>");
  dns_.Txt("client.example.org", {"v=spf1 exists:%{l}.%{d} -all"});
  dns_.Address("postmaster.client.example.org", {"127.0.0.2"});
  const Result result = Run();
  ASSERT_EQ(result.methods.size(), 1U);
  EXPECT_EQ(result.state, State::kPass);
  EXPECT_EQ(result.methods[0].properties[0].name, "helo");
}

TEST_F(SpfCheckTest, HeloThatIsNoNameIsNotAsked) {
  message_.client.helo = "[192.0.2.1]";
  EXPECT_EQ(Run().methods.size(), 1U);
}

// RFC 7208 section 4.3: U-labels are asked for as A-labels.
TEST_F(SpfCheckTest, InternationalNamesOfBothIdentities) {
  message_.mail_from = ParsePath("<j\u00f6rg@b\u00fccher.example>");
  message_.client.helo = "mail.b\u00fccher.example.";
  dns_.Txt("xn--bcher-kva.example", {"v=spf1 exists:%{h}.ok -all"});
  dns_.Address("mail.xn--bcher-kva.example.ok", {"127.0.0.2"});
  dns_.Txt("mail.xn--bcher-kva.example", {"v=spf1 -all"});
  const Result result = Run();
  ASSERT_EQ(result.methods.size(), 2U);
  EXPECT_EQ(result.methods[0].state, State::kPass);
  EXPECT_EQ(result.methods[0].properties[0].value, "j\u00f6rg@b\u00fccher.example");
  EXPECT_EQ(result.methods[1].state, State::kFail);
}

TEST_F(SpfCheckTest, OurOwnClientsAreSkipped) {
  for (const ClientClass cls : {ClientClass::kInternal, ClientClass::kAuthenticated}) {
    message_.client.cls = cls;
    EXPECT_EQ(Run().state, State::kSkipped);
  }
  message_.client.cls = ClientClass::kExternal;
  message_.client.has_address = false;
  EXPECT_EQ(Run().state, State::kSkipped);
  EXPECT_EQ(dns_.asked(), 0U);
}

TEST_F(SpfCheckTest, SilentDnsIsLateAndNamesWhatItWaitsFor) {
  dns_.Silence("example.org");
  type_ = Make("spf");
  const auto check = type_->Begin(message_, std::make_shared<MessageCost>());
  check->OnEnvelope();
  const Result result = check->Finish(Soon());
  EXPECT_EQ(result.state, State::kLate);
  EXPECT_EQ(result.reason, "waiting for example.org/TXT");
  dns_.Release("example.org");  // comes after the end, and harms nobody
}

TEST_F(SpfCheckTest, AnswerThatComesInTimeIsUsed) {
  dns_.Txt("example.org", {"v=spf1 a:h.example.org -all"});
  dns_.Address("h.example.org", {"192.0.2.1"});
  dns_.Silence("example.org");
  dns_.Silence("h.example.org");
  type_ = Make("spf");
  const auto check = type_->Begin(message_, std::make_shared<MessageCost>());
  check->OnEnvelope();
  dns_.Release("example.org");
  for (int i = 0; i < 2000 && dns_.asked() < 3; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  dns_.Release("h.example.org");
  EXPECT_EQ(check->Finish(Far()).state, State::kPass);
}

TEST_F(SpfCheckTest, DisabledAndOnTimeout) {
  EXPECT_FALSE(Make("spf")->disposition().tempfail_on_timeout.Has(Client{}));
  Configure(R"([spf]
on_timeout = "tempfail")");
  EXPECT_TRUE(Make("spf")->disposition().tempfail_on_timeout.Has(Client{}));
  Configure(R"([spf]
enabled = false)");
  EXPECT_EQ(Make("spf"), nullptr);
}

}  // namespace
}  // namespace spillway
