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
    const ArcSeal seal{
        {"gate.example", "s", key_}, "gate.example; dmarc=pass", FieldsToSeal(mail_), 1};
    const Fields added = SealArc(mail_, kBodyHash, ReadArcChain(mail_), holds, seal);
    sealed_ = !added.empty();
    mail_.insert(mail_.begin(), added.begin(), added.end());
  }
  std::string Verify() const {
    ArcChain chain = ReadArcChain(mail_);
    VerifyArcChain(
        mail_, kBodyHash,
        [this](const std::string&, const std::string& algorithm) {
          return std::make_shared<const SignatureKey>(key_.Record(), algorithm);
        },
        {}, chain);
    return std::string(StateName(chain.state)) + " " + chain.reason;
  }

  const std::string kBodyHash = Sha256("text\r\n");
  const PrivateKey key_ = PrivateKey::Generate(PrivateKey::Kind::kEd25519, 0);
  Fields mail_ = {{"From", " a@example.org"}, {"Subject", " x"}};
  bool sealed_ = false;
};

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

}  // namespace
}  // namespace spillway
