// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/spf_terms.h"

#include <gtest/gtest.h>

#include "t/rig/fake_dns.h"

namespace spillway {
namespace {

class Answers final : public SpfAnswers {
 public:
  DnsAnswerPtr Find(const DnsQuestion& question) override { return dns.Answer(question); }
  FakeDns dns;
};

class SpfTermsTest : public testing::Test {
 protected:
  bool Matches(SpfMechanism mechanism, const std::string& spec = "", int prefix4 = 32) {
    SpfDirective directive;
    directive.mechanism = mechanism;
    directive.domain_spec = spec;
    directive.prefix4 = prefix4;
    return terms_.Matches(directive, "a.example");
  }

  Answers answers_;
  SpfQuery query_{
      .client = *Ip::Parse("192.0.2.1"), .helo = "h.example", .local = "u", .domain = "a.example"};
  SpfTerms terms_{query_, answers_};
};

TEST_F(SpfTermsTest, AddressWithPrefix) {
  answers_.dns.Address("a.example", {"192.0.2.200"});
  EXPECT_FALSE(Matches(SpfMechanism::kA));
  EXPECT_TRUE(Matches(SpfMechanism::kA, "", 24));
}

TEST_F(SpfTermsTest, MxLooksAtTenHostsAndNoMore) {
  std::vector<std::string> hosts;
  for (int i = 0; i < 11; ++i) {
    hosts.push_back("m" + std::to_string(i) + ".example");
    answers_.dns.Address(hosts.back(), {"198.51.100.1"});
  }
  answers_.dns.Names("a.example", RrType::kMx, hosts);
  EXPECT_FALSE(Matches(SpfMechanism::kMx));
  ASSERT_TRUE(terms_.forced());
  EXPECT_EQ(terms_.forced()->state, State::kPermerror);
}

TEST_F(SpfTermsTest, PtrNeedsTheWayBack) {
  answers_.dns.Names("1.2.0.192.in-addr.arpa", RrType::kPtr, {"x.a.example", "liar.a.example"});
  answers_.dns.Address("liar.a.example", {"198.51.100.1"});
  EXPECT_FALSE(Matches(SpfMechanism::kPtr));
  answers_.dns.Address("x.a.example", {"192.0.2.1"});
  EXPECT_TRUE(Matches(SpfMechanism::kPtr));
  EXPECT_FALSE(Matches(SpfMechanism::kPtr, "other.example"));
}

TEST_F(SpfTermsTest, PtrBeyondTheTenthIsNotTried) {
  std::vector<std::string> names;
  for (int i = 0; i < 10; ++i) names.push_back("n" + std::to_string(i) + ".other");
  names.push_back("x.a.example");
  answers_.dns.Names("1.2.0.192.in-addr.arpa", RrType::kPtr, names);
  answers_.dns.Address("x.a.example", {"192.0.2.1"});
  EXPECT_FALSE(Matches(SpfMechanism::kPtr));
}

TEST_F(SpfTermsTest, FirstErrorStays) {
  terms_.Force(State::kTemperror, "one");
  terms_.Force(State::kPermerror, "two");
  EXPECT_EQ(terms_.forced()->reason, "one");
}

TEST_F(SpfTermsTest, EleventhTermIsTooMany) {
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(terms_.CountTerm());
  EXPECT_FALSE(terms_.CountTerm());
  EXPECT_EQ(terms_.forced()->state, State::kPermerror);
}

}  // namespace
}  // namespace spillway
