// SPDX-License-Identifier: BSD-2-Clause
#include "policy/json.h"

#include <gtest/gtest.h>

#include <limits>

namespace spillway {
namespace {

TEST(Json, StringsAreEscaped) {
  EXPECT_EQ(JsonString("a\"b\\c\n\x01\xff"), "\"a\\\"b\\\\c\\u000a\\u0001?\"");
}

TEST(Json, NumbersAreShortAndAlwaysNumbers) {
  EXPECT_EQ(JsonNumber(3), "3");
  EXPECT_EQ(JsonNumber(0.12345), "0.123");
  EXPECT_EQ(JsonNumber(std::numeric_limits<double>::quiet_NaN()), "0");
  EXPECT_EQ(JsonNumber(std::numeric_limits<double>::infinity()), "0");
}

TEST(Json, ObjectKeepsTheOrder) {
  EXPECT_EQ(JsonObject().Add("b", 1.0).Add("a", "x").Raw("c", "{}").Done(),
            "{\"b\": 1, \"a\": \"x\", \"c\": {}}");
  EXPECT_EQ(JsonObject().Done(), "{}");
}

}  // namespace
}  // namespace spillway
