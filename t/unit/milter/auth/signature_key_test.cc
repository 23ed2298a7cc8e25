// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/signature_key.h"

#include <gtest/gtest.h>

#include "milter/auth/private_key.h"

namespace spillway {
namespace {

const PrivateKey& Key() {
  static const PrivateKey kKey = PrivateKey::Generate(PrivateKey::Kind::kEd25519, 0);
  return kKey;
}

bool Usable(const std::string& tags) {
  const std::string record = tags + "p=" + Key().public_key();
  return SignatureKey::Parse(record, "ed25519-sha256", 1024, 4096).has_value();
}

// RFC 6376 section 3.6.1: what is not meant for us is ignored.
TEST(SignatureKeyTest, TagsOfTheRecord) {
  EXPECT_TRUE(Usable("v=DKIM1; k=ed25519; "));
  EXPECT_TRUE(Usable("k=ed25519; s=other:email; h=sha1:sha256; "));
  EXPECT_TRUE(Usable("k=ed25519; s=*; t=y; n=note; "));
  EXPECT_FALSE(Usable("v=DKIM2; k=ed25519; "));
  EXPECT_FALSE(Usable("k=rsa; "));
  EXPECT_FALSE(Usable("k=ed25519; s=tlsrpt; "));
  EXPECT_FALSE(Usable("k=ed25519; h=sha1; "));
}

TEST(SignatureKeyTest, BitsOutsideTheRange) {
  const PrivateKey rsa = PrivateKey::Generate(PrivateKey::Kind::kRsa, 1024);
  EXPECT_TRUE(SignatureKey::Parse(rsa.Record(), "rsa-sha256", 1024, 4096));
  EXPECT_FALSE(SignatureKey::Parse(rsa.Record(), "rsa-sha256", 2048, 4096));
  EXPECT_FALSE(SignatureKey::Parse(rsa.Record(), "rsa-sha256", 512, 1023));
}

TEST(SignatureKeyTest, Base64IsStrictButForWhiteSpace) {
  EXPECT_EQ(DecodeBase64("aGk\r\n =").value_or("?"), "hi");
  EXPECT_FALSE(DecodeBase64(""));
  EXPECT_FALSE(DecodeBase64("aGk"));
  EXPECT_FALSE(DecodeBase64("a*=="));
}

}  // namespace
}  // namespace spillway
