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

std::string Problem(const std::string& tags) {
  return SignatureKey(tags + "p=" + Key().public_key(), "ed25519-sha256").problem();
}

// RFC 6376 section 3.6.1: what is not meant for us is ignored.
TEST(SignatureKeyTest, TagsOfTheRecord) {
  EXPECT_EQ(Problem("v=DKIM1; k=ed25519; "), "");
  EXPECT_EQ(Problem("k=ed25519; s=other:email; h=sha1:sha256; "), "");
  EXPECT_EQ(Problem("k=ed25519; s=*; t=y; n=note; "), "");
  EXPECT_EQ(Problem("v=DKIM2; k=ed25519; "), "the key record is of another version");
  EXPECT_EQ(Problem("k=rsa; "), "the key is not of the signature's kind");
  EXPECT_EQ(Problem("k=ed25519; s=tlsrpt; "), "the key is not for mail");
  EXPECT_EQ(Problem("k=ed25519; h=sha1; "), "the key is not for SHA-256");
  EXPECT_EQ(Problem("k=ed25519; k=ed25519; "), "the key record cannot be read");
}

TEST(SignatureKeyTest, KeysThatAreNone) {
  const auto problem = [](const std::string& p) {
    return SignatureKey("p=" + p, "rsa-sha256").problem();
  };
  EXPECT_EQ(problem(""), "the key is revoked");
  EXPECT_EQ(problem("AAAA"), "the key cannot be read");
  EXPECT_EQ(problem("****"), "the key cannot be read");
  EXPECT_EQ(problem(Key().public_key()), "the key cannot be read");
  EXPECT_FALSE(SignatureKey("p=", "rsa-sha256").Verify(std::string(32, 'x'), "signature"));
}

// The form that RFC 6376 section 3.6.1 names: it is what the usual one ends with.
TEST(SignatureKeyTest, RsaPublicKeyWithoutItsAlgorithm) {
  constexpr size_t kAlgorithm = 22;  // octets
  const PrivateKey rsa = PrivateKey::Generate(PrivateKey::Kind::kRsa, 1024);
  const std::string whole = DecodeBase64(rsa.public_key()).value();
  const SignatureKey key("p=" + EncodeBase64(whole.substr(kAlgorithm)), "rsa-sha256");
  EXPECT_EQ(key.problem(), "");
  EXPECT_EQ(key.bits(), 1024);
  EXPECT_EQ(SignatureKey("p=MAMCAQE=", "rsa-sha256").problem(), "the key cannot be read");
}

TEST(SignatureKeyTest, Flags) {
  const auto strict = [](const std::string& flags) {
    return SignatureKey("k=ed25519; t=" + flags + "; p=" + Key().public_key(), "ed25519-sha256")
        .strict();
  };
  EXPECT_TRUE(strict("s"));
  EXPECT_TRUE(strict("y:s"));
  EXPECT_FALSE(strict("y"));
}

TEST(SignatureKeyTest, BitsOutsideTheRange) {
  const PrivateKey rsa = PrivateKey::Generate(PrivateKey::Kind::kRsa, 1024);
  const SignatureKey key(rsa.Record(), "rsa-sha256");
  EXPECT_TRUE(key.HasBits(1024, 4096));
  EXPECT_FALSE(key.HasBits(2048, 4096));
  EXPECT_FALSE(key.HasBits(512, 1023));
  EXPECT_TRUE(
      SignatureKey("k=ed25519; p=" + Key().public_key(), "ed25519-sha256").HasBits(1024, 4096));
}

TEST(SignatureKeyTest, Base64IsStrictButForWhiteSpace) {
  EXPECT_EQ(DecodeBase64("aGk\r\n =").value_or("?"), "hi");
  EXPECT_FALSE(DecodeBase64(""));
  EXPECT_FALSE(DecodeBase64("aGk"));
  EXPECT_FALSE(DecodeBase64("a*=="));
}

TEST(SignatureKeyTest, Base64WithoutItsPadding) {
  for (const char* text : {"aGk=", "aGk", "a Gk", "aGk=="})
    EXPECT_EQ(DecodeUnpaddedBase64(text).value_or("?"), "hi") << text;
  for (const char* text : {"", "====", "a", "aGkhi", "a*"})
    EXPECT_FALSE(DecodeUnpaddedBase64(text)) << text;
}

}  // namespace
}  // namespace spillway
