// SPDX-License-Identifier: BSD-2-Clause
#include "milter/check/registry.h"
#include "milter/inspect/inspecting.h"
#include "t/rig/check_test.h"

namespace spillway {
namespace {

class DnsblTest : public CheckTest {
 protected:
  DnsblTest() {
    Configure(R"([dnsbl]
enabled = true)");
    Configure(R"([dnsbl]
address_lists = ["bl.example=127.0.0.[2..9]*3"])");
    Configure(R"([dnsbl]
domain_lists = ["dbl.example*2"])");
    Configure(R"([dnsbl]
quarantine_score = 3)");
    Configure(R"([dnsbl]
reject_score = 5)");
    message_.client.address = Ip::Parse("192.0.2.1").value();
    message_.client.has_address = true;
    message_.client.helo = "Mail.Bad.example";
    message_.mail_from = ParsePath("<a@good.example>");
    dns_.Address("2.0.0.127.bl.example", {"127.0.0.2"});
    dns_.Address("test.dbl.example", {"127.0.0.2"});
  }
  Result Run(std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    const auto type = Make("dnsbl");
    const auto check = type->Begin(message_, std::make_shared<MessageCost>());
    check->OnEnvelope();
    return check->Finish(Deadline(clock_.Now() + patience));
  }
};

// URLs are looked up once the inspector has found them.
class UrlListTest : public DnsblTest {
 protected:
  UrlListTest() {
    Configure(R"([dnsbl]
url_lists = ["url.example*4"])");
    dns_.Address("test.url.example", {"127.0.0.2"});
    message_.inspecting = std::make_shared<Inspecting>();
  }
  Result RunWith(const InspectionOutcome& outcome) {
    const auto type = Make("dnsbl");
    EXPECT_TRUE(type->WantsInspection(message_.client));
    const auto check = type->Begin(message_, std::make_shared<MessageCost>());
    check->OnEnvelope();
    check->OnEnd(Later());
    message_.inspecting->Complete(outcome);
    return check->Finish(Deadline(clock_.Now() + std::chrono::seconds(20)));
  }
  Result RunWithHosts(const std::vector<std::string>& hosts) {
    InspectionOutcome outcome;
    outcome.found.hosts = hosts;
    return RunWith(outcome);
  }
};

TEST_F(UrlListTest, InABrownoutUrlsAreNotLookedUp) {
  const auto type = Make("dnsbl");
  const auto check = type->BeginReduced(message_, std::make_shared<MessageCost>());
  check->OnEnvelope();
  check->OnEnd(Later());
  const Result result = check->Finish(Later());
  EXPECT_EQ(result.state, State::kNeutral);
  EXPECT_EQ(result.reason, "URLs skipped (brownout)");
  EXPECT_TRUE(result.unscanned);
}

TEST_F(UrlListTest, HostsAndTheirRegisteredDomains) {
  dns_.Address("bad.co.uk.url.example", {"127.0.0.2"});
  const Result result = RunWithHosts({"www.bad.co.uk", "good.example", "192.0.2.7"});
  EXPECT_EQ(result.reason, "bad.co.uk in url.example (127.0.0.2); score 4");
  EXPECT_EQ(result.wish, Wish::kQuarantine);
}

TEST_F(UrlListTest, AListCountsOnce) {
  for (const char* name : {"a.bad.co.uk", "b.bad.co.uk", "bad.co.uk"})
    dns_.Address(std::string(name) + ".url.example", {"127.0.0.2"});
  EXPECT_NE(RunWithHosts({"a.bad.co.uk", "b.bad.co.uk"}).reason.find("score 4"), std::string::npos);
}

TEST_F(UrlListTest, AListInTwoSettingsCountsOnce) {
  Configure(R"([dnsbl]
url_lists = ["dbl.example*2"])");
  dns_.Address("good.example.dbl.example", {"127.0.1.2"});
  EXPECT_NE(RunWithHosts({"good.example"}).reason.find("score 2"), std::string::npos);
}

TEST_F(UrlListTest, MercyIsForAListNotForEachLookup) {
  Configure(R"([dnsbl]
url_lists = ["url.example*4", "dead.example*-1"])");
  dns_.Address("bad.example.url.example", {"127.0.0.2"});
  EXPECT_EQ(RunWithHosts({"bad.example", "a.example", "b.example"}).wish, Wish::kQuarantine);
}

TEST_F(UrlListTest, WhatIsNotLookedForIsSaid) {
  std::vector<std::string> hosts;
  for (int i = 0; i < 30; ++i) hosts.push_back("www.h" + std::to_string(i) + ".example");
  Result result = RunWithHosts(hosts);
  EXPECT_EQ(result.state, State::kNeutral);
  EXPECT_TRUE(result.unscanned);
  EXPECT_EQ(result.added.at(0).value, "more hosts than are looked for");
  message_.inspecting = std::make_shared<Inspecting>();
  result = RunWith({.found = {.unreadable = "too many boundaries"}, .down = {}});
  EXPECT_EQ(result.reason, "too many boundaries");
}

// Of good senders there may be one among the lists that could not be asked.
TEST_F(UrlListTest, MercyOfAllThatWereNotAsked) {
  Configure(R"([dnsbl]
url_lists = ["url.example*4", "good.example*-5"])");
  dns_.Address("1.2.0.192.bl.example", {"127.0.0.4"});
  EXPECT_EQ(RunWith({.found = {}, .down = "not there"}).wish, Wish::kNone);
}

TEST_F(UrlListTest, NoHosts) {
  EXPECT_EQ(RunWithHosts({}).state, State::kNone);
}

TEST_F(UrlListTest, WithoutTheInspector) {
  const Result result = RunWith({.found = {}, .down = "not there"});
  EXPECT_EQ(result.state, State::kTemperror);
  EXPECT_EQ(result.reason, "not there");
  const auto type = Make("dnsbl");
  message_.inspecting = std::make_shared<Inspecting>();
  const auto check = type->Begin(message_, std::make_shared<MessageCost>());
  check->OnEnvelope();
  check->OnEnd(Later());
  EXPECT_EQ(check->Finish(Deadline(clock_.Now())).state, State::kLate);
}

TEST_F(DnsblTest, WhatIsNotListedIsNothing) {
  EXPECT_EQ(Run().state, State::kNone);
  EXPECT_EQ(Run().wish, Wish::kNone);
}

TEST_F(DnsblTest, NamesAsDnsHasThem) {
  message_.client.helo = "mail.bad.example.";
  dns_.Address("mail.bad.example.dbl.example", {"127.0.1.2"});
  EXPECT_EQ(Run().state, State::kPolicy);
  message_.client.helo = "192.0.2.1";
  dns_.Address("192.0.2.1.dbl.example", {"127.0.1.2"});
  EXPECT_EQ(Run().state, State::kNone) << "an address is no name";
}

TEST_F(DnsblTest, WeightsAddUp) {
  dns_.Address("1.2.0.192.bl.example", {"127.0.0.4"});
  Result result = Run();
  EXPECT_EQ(result.state, State::kPolicy);
  EXPECT_EQ(result.wish, Wish::kQuarantine);
  EXPECT_EQ(result.added.at(0).value, "1.2.0.192 in bl.example (127.0.0.4); score 3");
  dns_.Address("mail.bad.example.dbl.example", {"127.0.1.2"});
  result = Run();
  EXPECT_EQ(result.wish, Wish::kReject);
  EXPECT_EQ(result.reason,
            "1.2.0.192 in bl.example (127.0.0.4), mail.bad.example in dbl.example (127.0.1.2); "
            "score 5");
}

// What public resolvers get, and what a parked domain answers.
TEST_F(DnsblTest, AnswersThatAreNoListings) {
  for (const char* answer : {"127.255.255.254", "192.0.2.99", "127.0.0.10"}) {
    dns_.Address("1.2.0.192.bl.example", {answer});
    EXPECT_EQ(Run().state, State::kNone) << answer;
  }
}

TEST_F(DnsblTest, AListThatDoesNotPassItsTestDoesNotCount) {
  dns_.Address("1.2.0.192.bl.example", {"127.0.0.2"});
  dns_.Address("1.0.0.127.bl.example", {"127.0.0.2"});  // lists everything
  Result result = Run();
  EXPECT_EQ(result.state, State::kTemperror);
  EXPECT_EQ(result.reason, "bl.example does not pass its test");
  EXPECT_EQ(result.wish, Wish::kNone);
  EXPECT_NE(log_.lines().at(0).find("bl.example does not pass its test"), std::string::npos);
  Configure(R"([dnsbl]
address_lists = ["gone.example"])");  // lists nothing
  EXPECT_EQ(Run().reason, "gone.example does not pass its test");
}

TEST_F(DnsblTest, SilenceIsLateAndFailureTemperror) {
  dns_.Fail("1.2.0.192.bl.example", RrType::kA, DnsStatus::kServfail);
  EXPECT_EQ(Run().state, State::kTemperror);
  dns_.Silence("1.2.0.192.bl.example");
  const Result result = Run(std::chrono::milliseconds(20));
  EXPECT_EQ(result.state, State::kLate);
  EXPECT_EQ(result.reason, "waiting for bl.example");
}

TEST_F(DnsblTest, WhatIsMissingMightHaveSpokenForIt) {
  dns_.Address("1.2.0.192.bl.example", {"127.0.0.4"});
  Configure(R"([dnsbl]
address_lists = ["bl.example=127.0.0.[2..9]*3", "white.example*-2"])");
  dns_.Address("2.0.0.127.white.example", {"127.0.0.2"});
  EXPECT_EQ(Run().wish, Wish::kQuarantine);
  dns_.Silence("1.2.0.192.white.example");
  const Result result = Run(std::chrono::milliseconds(20));
  EXPECT_EQ(result.state, State::kLate);
  EXPECT_EQ(result.wish, Wish::kNone);
  EXPECT_EQ(result.reason,
            "1.2.0.192 in bl.example (127.0.0.4); score 3; waiting for white.example");
}

TEST_F(DnsblTest, Ipv6IsAskedByNibbles) {
  message_.client.address = Ip::Parse("2001:db8::1").value();
  dns_.Address("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.example",
               {"127.0.0.3"});
  EXPECT_EQ(Run().state, State::kPolicy);
}

TEST_F(DnsblTest, OurOwnAreNotLookedFor) {
  message_.client.cls = ClientClass::kAuthenticated;
  EXPECT_EQ(Run().state, State::kSkipped);
}

}  // namespace
}  // namespace spillway
