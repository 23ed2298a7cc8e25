// SPDX-License-Identifier: BSD-2-Clause
// What the published suite leaves out.
#include "milter/auth/arc_chain.h"

#include <gtest/gtest.h>

#include "milter/auth/arc_seal.h"
#include "milter/auth/canonical.h"
#include "milter/auth/signed_fields.h"

namespace spillway {
namespace {

using Fields = std::vector<HeaderField>;

class ArcTest : public testing::Test {
 protected:
  // Adds a set on top, as an intermediary does.
  void Seal(bool holds = true) {
    const ArcSeal seal{{domain_, "s", key_}, "gate.example; dmarc=pass", FieldsToSeal(mail_), 1};
    const Fields added = SealArc(mail_, kBodyHash, ReadArcChain(mail_), holds, seal);
    sealed_ = !added.empty();
    mail_.insert(mail_.begin(), added.begin(), added.end());
  }
  std::string Verify() {
    ArcChain chain = ReadArcChain(mail_);
    VerifyArcChain(
        mail_, kBodyHash,
        [this](const std::string& name, const std::string& algorithm) {
          asked_ = name;
          // One of several at the selector.
          return std::vector<SignatureKeyPtr>{
              std::make_shared<const SignatureKey>("p=", algorithm),
              std::make_shared<const SignatureKey>(key_.Record(), algorithm)};
        },
        {}, chain);
    return std::string(StateName(chain.state)) + " " + chain.reason;
  }

  const std::string kBodyHash = Sha256("text\r\n");
  const PrivateKey key_ = PrivateKey::Generate(PrivateKey::Kind::kEd25519, 0);
  Fields mail_ = {{"From", " a@example.org"}, {"Subject", " x"}};
  std::string domain_ = "gate.example";
  std::string asked_;  // the last
  bool sealed_ = false;
};

TEST_F(ArcTest, InternationalSealers) {
  domain_ = "B\u00fccher.Example.";
  Seal();
  EXPECT_EQ(Verify(), "pass ");
  EXPECT_EQ(asked_, "s._domainkey.xn--bcher-kva.example");
  EXPECT_EQ(ReadArcChain(mail_).sealers(), std::vector<std::string>{"xn--bcher-kva.example"});
}

TEST_F(ArcTest, FiftySetsAreTheMost) {
  for (int i = 0; i < kMaxArcSets; ++i) Seal();
  EXPECT_EQ(Verify(), "pass ");
  Seal();
  EXPECT_FALSE(sealed_);
}

TEST_F(ArcTest, NothingIsAddedToAChainThatFailed) {
  Seal();
  mail_.back().value = " y";
  EXPECT_EQ(Verify(), "fail signature 1 did not verify");
  Seal(false);
  EXPECT_TRUE(sealed_);
  EXPECT_EQ(Verify(), "fail seal 2");
  Seal(false);
  EXPECT_FALSE(sealed_);
}

TEST_F(ArcTest, ManyFieldsStayWithinTheLimitsOfAHeader) {
  for (int i = 0; i < 3000; ++i) mail_.push_back({"DKIM-Signature", " v=1"});
  for (int i = 0; i < 3000; ++i) mail_.push_back({"Content-Transfer-Encoding", " 7bit"});
  Seal();
  EXPECT_EQ(Verify(), "pass ");
  for (const HeaderField& field : mail_) {
    size_t start = 0;
    for (size_t end = 0; end != std::string::npos; start = end + 1) {
      end = field.value.find('\n', start);
      EXPECT_LT(std::min(end, field.value.size()) - start, 990U);
    }
  }
}

TEST_F(ArcTest, TooManyNamesAreNotLookedAt) {
  Seal();
  std::string names;
  for (size_t i = 0; i <= kMaxSignedNames; ++i) names += ":a";
  mail_[1].value.replace(mail_[1].value.find("h=from"), 6, "h=from" + names);
  EXPECT_EQ(Verify(), "fail signature 1");
}

TEST_F(ArcTest, SaysWhetherTheAuthorIsCovered) {
  Seal();
  EXPECT_TRUE(ReadArcChain(mail_).covers_author());
  mail_[1].value.replace(mail_[1].value.find("h=from:from"), 11, "h=x:y");
  EXPECT_FALSE(ReadArcChain(mail_).covers_author());
}

class VouchTest : public testing::TestWithParam<const char*> {
 protected:
  static bool Vouches(const std::string& results) {
    ArcChain chain;
    chain.sets.push_back({.results = {"ARC-Authentication-Results", results}});
    return chain.vouches_for("victim.example");
  }
};

TEST_P(VouchTest, ForgedResultsDoNot) {
  EXPECT_FALSE(Vouches(GetParam())) << GetParam();
}
INSTANTIATE_TEST_SUITE_P(
    Forged, VouchTest,
    testing::Values(
        // Text of a stranger in quotes, in a comment, in a reason, behind a quoted pair.
        R"( i=1; mx.list.example; spf=pass smtp.mailfrom="x; dmarc=pass "@evil.example; dmarc=fail header.from=victim.example)",
        R"( i=1; mx; spf=pass smtp.mailfrom="x;dmarc=pass header.from=victim.example"@e.example)",
        R"( i=1; mx; spf=pass (x; dmarc=pass header.from=victim.example) smtp.helo=e.example)",
        R"( i=1; mx; spf=fail reason="; dmarc=pass header.from=victim.example")",
        R"( i=1; mx; spf=pass smtp.helo="a\"; dmarc=pass header.from=victim.example; x=\"")",
        R"( i=1; mx; spf=pass (a (b) \) ; dmarc=pass header.from=victim.example) smtp.helo=e)",
        // A quoted string or comment that has no end.
        R"( i=1; mx; dmarc=pass header.from=victim.example; spf=pass smtp.helo="e)",
        R"( i=1; mx; dmarc=pass header.from=victim.example (e)",
        // Another word, another author, no author, the second of two.
        R"( i=1; mx; dmarc=passed header.from=victim.example)",
        R"( i=1; mx; dmarc=pass@evil.example header.from=victim.example)",
        R"( i=1; mx; dmarc=pass header.from=evil.example)",
        R"( i=1; mx; dmarc=pass header.from=evil.example header.from=victim.example)",
        R"( i=1; mx; dmarc=pass smtp.mailfrom=victim.example)",
        R"( i=1; mx; dmarc=fail header.from=victim.example; dmarc=pass header.from=victim.example)",
        R"( i=1; mx; x-dmarc=pass header.from=victim.example)",
        R"( i=1; mx dmarc=pass header.from=victim.example)"));

TEST_F(VouchTest, GoodResultsDoHoweverTheyAreWritten) {
  for (const char* results :
       {" i=1; mx; dmarc=pass header.from=victim.example",
        "i=1;mx;dmarc=pass header.from=victim.example",
        " i=1; mx 1; spf=fail (not\n\tpermitted; really);\r\n\tDMARC = pass (p=reject)\n "
        "header.from"
        " = \"Victim.Example\"",
        " i=1; mx; dmarc=pass action=none header.from=victim.example; dkim=none",
        " i=1; mx; dmarc=pass header.from=ceo@victim.example"})
    EXPECT_TRUE(Vouches(results)) << results;
}

}  // namespace
}  // namespace spillway
