// SPDX-License-Identifier: BSD-2-Clause
#include "milter/mail/eml.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(Eml, IsTakenApart) {
  const Eml eml = ParseEml("From x Mon\nFrom: a@example.org\nSubject: one\n\ttwo\n\nHello.\r\nBye");
  ASSERT_EQ(eml.headers.size(), 2U);
  EXPECT_EQ(eml.headers[0].name, "From");
  EXPECT_EQ(eml.headers[0].value, " a@example.org");
  EXPECT_EQ(eml.headers[1].value, " one\n\ttwo");
  EXPECT_EQ(eml.body, "Hello.\r\nBye\r\n");
}

TEST(Eml, CrlfMakesNoDifference) {
  const Eml eml = ParseEml("From: a\r\nTo:\r\n b\r\n\r\nx\r\n\r\n");
  ASSERT_EQ(eml.headers.size(), 2U);
  EXPECT_EQ(eml.headers[1].value, "\n b");
  EXPECT_EQ(eml.body, "x\r\n\r\n");
}

TEST(Eml, WhatIsNoFieldEndsTheHeader) {
  EXPECT_EQ(ParseEml("From: a\nthis is text\nTo: b\n").body, "this is text\r\nTo: b\r\n");
  EXPECT_EQ(ParseEml(" folded\n").body, " folded\r\n");
  EXPECT_EQ(ParseEml(": x\n").headers.size(), 0U);
  EXPECT_EQ(ParseEml("").body, "");
}

}  // namespace
}  // namespace spillway
