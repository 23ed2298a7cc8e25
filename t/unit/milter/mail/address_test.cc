// SPDX-License-Identifier: BSD-2-Clause
#include "milter/mail/address.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(Address, PathsAsMtasPassThem) {
  const Mailbox plain = ParsePath("<User@Example.ORG>");
  EXPECT_EQ(plain.local, "User");
  EXPECT_EQ(plain.domain, "example.org");
  EXPECT_EQ(ParsePath("user@example.org").domain, "example.org");
  EXPECT_EQ(ParsePath("<@relay.example,@b.example:user@example.org>").local, "user");
  EXPECT_EQ(ParsePath("<\"a@b\"@example.org>").local, "\"a@b\"");
}

TEST(Address, NullSender) {
  EXPECT_TRUE(ParsePath("<>").null());
  EXPECT_TRUE(ParsePath("").null());
  EXPECT_FALSE(ParsePath("<root>").null());
  EXPECT_EQ(ParsePath("<root>").domain, "");
}

TEST(Address, QualifiedDomains) {
  EXPECT_TRUE(IsQualifiedDomain("example.org"));
  EXPECT_TRUE(IsQualifiedDomain("example.org."));
  for (const std::string& bad : {std::string("localhost"), std::string("[192.0.2.1]"),
                                 std::string("a..b"), std::string(".a.b"), std::string("a b.c"),
                                 std::string(64, 'a') + ".org", std::string("")}) {
    EXPECT_FALSE(IsQualifiedDomain(bad)) << bad;
  }
}

}  // namespace
}  // namespace spillway
