// SPDX-License-Identifier: BSD-2-Clause
#include "milter/mail/idna.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(AsciiDomain, IsLowerCaseAndHasNoFinalDot) {
  EXPECT_EQ(AsciiDomain("Mail.Example"), "mail.example");
  EXPECT_EQ(AsciiDomain("mail.example."), "mail.example");
  EXPECT_EQ(AsciiDomain("b\u00fccher.example"), "xn--bcher-kva.example");
}

// IDNA takes them for dots.
TEST(AsciiDomain, FinalDotsOfOtherScripts) {
  for (const char* dot : {"\u3002", "\uff0e", "\uff61"})
    EXPECT_EQ(AsciiDomain("bank.example" + std::string(dot)), "bank.example") << dot;
}

TEST(AsciiDomain, WhatIsNone) {
  for (const char* text : {"", ".", "a..example", "mail.example..", "a b.example", "[192.0.2.1]"})
    EXPECT_FALSE(AsciiDomain(text)) << text;
}

// Whatever a stranger wrote; what is no name is left to whoever asks for it.
TEST(DnsName, TakesAnyName) {
  EXPECT_EQ(DnsName("Mail.Example."), "mail.example");
  EXPECT_EQ(DnsName("localhost"), "localhost");
  EXPECT_EQ(DnsName("[192.0.2.1]"), "[192.0.2.1]");
  EXPECT_EQ(DnsName("B\u00fccher.Example"), "xn--bcher-kva.example");
  EXPECT_EQ(DnsName("s\u00e9lecteur"), "xn--slecteur-b1a");
  EXPECT_EQ(DnsName("Not \xff UTF-8"), "not \xff utf-8");
}

}  // namespace
}  // namespace spillway
