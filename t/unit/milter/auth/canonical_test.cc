// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/canonical.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

namespace spillway {
namespace {

std::string Sha256(std::string_view text) {
  std::string digest(32, '\0');
  EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
             EVP_sha256(), nullptr);
  return digest;
}

// Also in pieces of each size: a chunk may end anywhere.
void ExpectBody(std::string_view body, bool relaxed, std::string_view canonical) {
  for (size_t piece = 1; piece <= body.size() + 1; ++piece) {
    BodyHash hash(relaxed);
    for (size_t at = 0; at < body.size(); at += piece) hash.Update(body.substr(at, piece));
    EXPECT_EQ(hash.Finish(), Sha256(canonical)) << body << " in pieces of " << piece;
  }
}

// The example of RFC 6376 section 3.4.6.
TEST(Canonical, Section346) {
  const HeaderField a{"A", " X"};
  const HeaderField b{"B ", " Y\t\r\n\tZ  "};
  EXPECT_EQ(CanonicalHeader(a, true) + CanonicalHeader(b, true), "a:X\r\nb:Y Z\r\n");
  EXPECT_EQ(CanonicalHeader(a, false) + CanonicalHeader(b, false), "A: X\r\nB : Y\t\r\n\tZ  \r\n");
  constexpr std::string_view kBody = " C \r\nD \t E\r\n\r\n\r\n";
  ExpectBody(kBody, true, " C\r\nD E\r\n");
  ExpectBody(kBody, false, " C \r\nD \t E\r\n");
}

TEST(Canonical, Bodies) {
  ExpectBody("", false, "\r\n");
  ExpectBody("", true, "");
  ExpectBody("\r\n\r\n", false, "\r\n");
  ExpectBody("\r\n\r\n", true, "");
  ExpectBody(" \t\r\n", true, "");
  ExpectBody(" \t\r\n", false, " \t\r\n");
  ExpectBody("a", true, "a\r\n");
  ExpectBody("a", false, "a\r\n");
  ExpectBody("a ", true, "a\r\n");
  ExpectBody("a\r\n\r\nb\r\n", true, "a\r\n\r\nb\r\n");
  ExpectBody("a\rb\r\r\nc\nd", true, "a\rb\r\r\nc\nd\r\n");
  ExpectBody("a\r", false, "a\r\r\n");
}

TEST(Canonical, LargeBodiesOfEmptyLinesCostNoMemory) {
  BodyHash hash(true);
  const std::string lines(1 << 20, '\n');
  for (int i = 0; i < 8; ++i) hash.Update("\r\n\r\n\r\n" + lines);
  EXPECT_EQ(hash.Finish().size(), 32U);
}

}  // namespace
}  // namespace spillway
