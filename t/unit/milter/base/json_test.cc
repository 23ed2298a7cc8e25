// SPDX-License-Identifier: BSD-2-Clause
#include "milter/base/json.h"

#include <gtest/gtest.h>

#include <limits>

namespace spillway {
namespace {

TEST(Json, StringsAreEscapedAndAlwaysUtf8) {
  EXPECT_EQ(JsonLine("a\"b\\c\n\x01"), "\"a\\\"b\\\\c\\n\\u0001\"");
  EXPECT_EQ(Json::parse(JsonLine("a\xff")), "a\xef\xbf\xbd");
}

TEST(Json, FiguresAreShortAndAlwaysNumbers) {
  EXPECT_EQ(JsonLine(JsonFigure(3)), "3");
  EXPECT_EQ(JsonLine(JsonFigure(0.12345)), "0.123");
  EXPECT_EQ(JsonLine(JsonFigure(std::numeric_limits<double>::quiet_NaN())), "0");
  EXPECT_EQ(JsonLine(JsonFigure(std::numeric_limits<double>::infinity())), "0");
}

TEST(Json, ObjectKeepsTheOrder) {
  const Json object = {{"b", 1}, {"a", "x"}, {"c", Json::object()}};
  EXPECT_EQ(JsonLine(object), R"({"b":1,"a":"x","c":{}})");
}

}  // namespace
}  // namespace spillway
