// SPDX-License-Identifier: BSD-2-Clause
#include "milter/rules/condition.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

const std::vector<std::string_view> kChecks = {"spf", "dkim", "arc", "dmarc"};

// Of a message whose SPF failed, whose DKIM passed, and whose ARC did not run.
bool Holds(std::string_view text) {
  std::string error;
  const Condition condition = Condition::Parse(text, kChecks, error);
  EXPECT_EQ(error, "") << text;
  return condition.Holds([](std::string_view check) -> std::string_view {
    if (check == "spf") return "fail";
    return check == "dkim" ? "pass" : "";
  });
}

std::string ErrorOf(std::string_view text) {
  std::string error;
  Condition::Parse(text, kChecks, error);
  return error;
}

TEST(Condition, Compares) {
  EXPECT_TRUE(Holds(""));
  EXPECT_TRUE(Holds("spf = \"fail\""));
  EXPECT_TRUE(Holds("spf='fail'"));
  EXPECT_FALSE(Holds("spf != fail"));
  EXPECT_TRUE(Holds("spf != pass"));
  EXPECT_TRUE(Holds("arc = off"));
  EXPECT_TRUE(Holds("arc != pass"));
}

TEST(Condition, AndBindsCloserThanOr) {
  EXPECT_TRUE(Holds("dkim = pass or spf = pass and spf = none"));
  EXPECT_FALSE(Holds("(dkim = pass or spf = pass) and spf = none"));
  EXPECT_TRUE(Holds("not spf = pass and dkim = pass"));
  EXPECT_FALSE(Holds("not (spf = fail or dkim = fail)"));
  EXPECT_TRUE(Holds("not not spf = fail"));
}

TEST(Condition, ErrorsSayWhere) {
  EXPECT_EQ(
      ErrorOf("spd = fail"),
      "column 1: expected the name of a check that runs before the rules: spf dkim arc dmarc");
  EXPECT_EQ(ErrorOf("spf fail"), "column 5: expected = or !=");
  EXPECT_EQ(ErrorOf("spf = failed"),
            "column 7: expected a result, such as \"pass\", \"fail\", \"none\" or \"late\"");
  EXPECT_EQ(ErrorOf("spf = fail dkim = pass"), "column 12: expected \"and\" or \"or\"");
  EXPECT_EQ(ErrorOf("(spf = fail"), "column 12: expected )");
  EXPECT_EQ(ErrorOf("spf = \"fail"), "column 7: a quote that does not end");
  EXPECT_NE(ErrorOf("spf = "), "");
  EXPECT_NE(ErrorOf(")"), "");
  EXPECT_EQ(ErrorOf(std::string(1000, '(')), "column 51: too deep");
  std::string nots;
  for (int i = 0; i < 1000; ++i) nots += "not ";
  EXPECT_NE(ErrorOf(nots).find("too deep"), std::string::npos);
}

}  // namespace
}  // namespace spillway
