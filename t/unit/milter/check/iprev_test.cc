// SPDX-License-Identifier: BSD-2-Clause
#include "milter/check/registry.h"
#include "t/rig/check_test.h"

namespace spillway {
namespace {

constexpr const char* kReverse = "1.2.0.192.in-addr.arpa";

class IprevTest : public CheckTest {
 protected:
  IprevTest() {
    Configure(R"([iprev]
enabled = true)");
    message_.client.address = Ip::Parse("192.0.2.1").value();
    message_.client.has_address = true;
  }
  Result Run(std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    const auto type = Make("iprev");
    const auto check = type->Begin(message_, std::make_shared<MessageCost>());
    check->OnEnvelope();
    return check->Finish(Deadline(clock_.Now() + patience));
  }
};

TEST_F(IprevTest, PassesWhenOneNameLeadsBack) {
  dns_.Names(kReverse, RrType::kPtr, {"other.example", "mail.example"});
  dns_.Address("other.example", {"192.0.2.9"});
  dns_.Address("mail.example", {"192.0.2.8", "192.0.2.1"});
  const Result result = Run();
  EXPECT_EQ(result.state, State::kPass);
  EXPECT_EQ(result.methods.at(0).properties.at(0).value, "192.0.2.1");
  Configure(R"([iprev]
show_address = false)");
  EXPECT_TRUE(Run().methods.at(0).properties.empty());
}

TEST_F(IprevTest, FailsWhenNoneDoes) {
  dns_.Names(kReverse, RrType::kPtr, {"other.example"});
  dns_.Address("other.example", {"192.0.2.9"});
  EXPECT_EQ(Run().state, State::kFail);
}

TEST_F(IprevTest, NoNameIsPermerrorAndDnsTroubleTemperror) {
  EXPECT_EQ(Run().state, State::kPermerror);
  dns_.Fail(kReverse, RrType::kPtr, DnsStatus::kServfail);
  EXPECT_EQ(Run().state, State::kTemperror);
}

TEST_F(IprevTest, TheFirstTenNamesCount) {
  std::vector<std::string> names;
  for (int i = 0; i < 10; ++i) names.push_back("n" + std::to_string(i) + ".example");
  names.emplace_back("mail.example");
  dns_.Address("mail.example", {"192.0.2.1"});
  dns_.Names(kReverse, RrType::kPtr, names);
  EXPECT_EQ(Run().state, State::kFail);
}

TEST_F(IprevTest, ASilentZoneIsLate) {
  dns_.Silence(kReverse);
  const Result result = Run(std::chrono::milliseconds(20));
  EXPECT_EQ(result.state, State::kLate);
  EXPECT_EQ(result.reason, std::string("waiting for ") + kReverse);
}

TEST_F(IprevTest, OnlyStrangersAreAskedFor) {
  message_.client.cls = ClientClass::kAuthenticated;
  EXPECT_EQ(Run().state, State::kSkipped);
  EXPECT_EQ(dns_.asked(), 0U);
}

using AuthTest = CheckTest;

TEST_F(AuthTest, SaysWhoOnlyWhenAskedTo) {
  const auto run = [this] {
    return Make("auth")
        ->Begin(message_, std::make_shared<MessageCost>())
        ->Finish(Deadline(clock_.Now()));
  };
  EXPECT_EQ(run().state, State::kSkipped);
  message_.client.auth_user = "ann";
  EXPECT_EQ(run().state, State::kPass);
  EXPECT_TRUE(run().methods.at(0).properties.empty());
  Configure(R"([auth]
show_user = true)");
  EXPECT_EQ(run().methods.at(0).properties.at(0).value, "ann");
}

}  // namespace
}  // namespace spillway
