// SPDX-License-Identifier: BSD-2-Clause
#include "milter/mail/encoded_words.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(ReadableValue, UnfoldsAndDecodes) {
  EXPECT_EQ(ReadableValue(" plain"), "plain");
  EXPECT_EQ(ReadableValue(" one\r\n\ttwo\n three"), "one two three");
  EXPECT_EQ(ReadableValue(" =?utf-8?B?R2lmdCBjYXJk?="), "Gift card");
  EXPECT_EQ(ReadableValue(" =?iso-8859-1?Q?Gr=FC=DFe?= x"), "Grüße x");
  EXPECT_EQ(ReadableValue(" =?utf-8?Q?Gift?=\n =?utf-8?Q?card?="), "Giftcard");
}

TEST(ReadableValue, LeavesWhatItCannotDecode) {
  EXPECT_EQ(ReadableValue(" =?utf-8?X?abc?="), "=?utf-8?X?abc?=");
  EXPECT_NE(ReadableValue(" =?unknown-8bit?B?R2lmdA==?="), "");
  EXPECT_NO_FATAL_FAILURE(ReadableValue(std::string(1 << 20, '=') + "?utf-8?B?" + "?="));
  EXPECT_NO_FATAL_FAILURE(ReadableValue(std::string("=?utf-8?Q?a\0b?=", 16)));
}

}  // namespace
}  // namespace spillway
