// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/tag_list.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(TagList, Section32) {
  const auto tags = ParseTagList(" a = rsa-sha256 ; b=\n\tQ U\tI=;h=; ");
  ASSERT_TRUE(tags);
  EXPECT_EQ(tags->at("a"), "rsa-sha256");
  EXPECT_EQ(tags->at("b"), "Q U\tI=");
  EXPECT_EQ(tags->at("h"), "");
  EXPECT_EQ(tags->size(), 3U);
}

TEST(TagList, WhatIsNone) {
  for (const char* text : {"", ";", "a", "a=1;;b=2", "a=1;a=2", "1a=2", "a-b=2", "=1", "a=1; b"})
    EXPECT_FALSE(ParseTagList(text)) << text;
}

TEST(TagList, SignatureIsTakenOutAndNothingElse) {
  EXPECT_EQ(WithoutSignature(" i=1; b =\r\n abc=; bh=xyz"), " i=1; b =; bh=xyz");
  EXPECT_EQ(WithoutSignature("a=1;b=abc"), "a=1;b=");
  EXPECT_EQ(WithoutSignature("a=1;"), "a=1;");
  EXPECT_EQ(WithoutWhiteSpace(" a\r\n\tb "), "ab");
}

}  // namespace
}  // namespace spillway
