// SPDX-License-Identifier: BSD-2-Clause
#include "milter/mail/header.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(Header, NamesCompareWithoutCase) {
  EXPECT_TRUE(EqualsNoCase("Subject", "sUBJECT"));
  EXPECT_FALSE(EqualsNoCase("Subject", "Subjec"));
}

TEST(Header, TrimTakesOffWhiteSpaceAndLineBreaks) {
  EXPECT_EQ(Trim(" \t\r\n a b \r\n"), "a b");
  EXPECT_EQ(Trim(" \n"), "");
}

TEST(Header, EveryLineBreakBecomesCrlf) {
  EXPECT_EQ(CanonicalLineBreaks({"A", " b\n\tc\r\n d"}), "A: b\r\n\tc\r\n d");
}

TEST(Header, NothingElseIsTouched) {
  EXPECT_EQ(CanonicalLineBreaks({"SuBject", "no  space\t"}), "SuBject:no  space\t");
}

}  // namespace
}  // namespace spillway
