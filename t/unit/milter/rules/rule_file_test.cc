// SPDX-License-Identifier: BSD-2-Clause
#include "milter/rules/rule_file.h"

#include <gmock/gmock.h>

#include "milter/check/registry.h"
#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(RuleFile, TheExampleIsGood) {
  std::vector<std::string> errors;
  const std::string text = ReadTextFile("conf/rules.toml", errors);
  ASSERT_THAT(errors, ElementsAre());
  const RuleFile file = ParseRules(text, "conf/rules.toml", {{}, CheckNamesBefore("rules")});
  EXPECT_THAT(file.errors, ElementsAre());
  ASSERT_EQ(file.rules.size(), 6U);
  EXPECT_EQ(file.rules[0].name, "newsletter");
  EXPECT_EQ(file.rules[1].header.size(), 2U);
  EXPECT_EQ(file.rules[5].larger.value, 40U << 20U);
  EXPECT_TRUE(file.rules[5].shadow);
}

TEST(RuleFile, ErrorsSayWhere) {
  const RuleFile file = ParseRules(
      "[[rule]]\nname = \"a b\"\nfrom = '('\nheader = [\"Subject\", 'To: [']\nwhen = 'spf is "
      "fail'\n"
      "action = \"delete\"\nadd = \"X\"\nclient = [\"foreign\"]\nfrm = ''\n",
      "rules", {{}, CheckNamesBefore("rules")});
  EXPECT_THAT(
      file.errors,
      ElementsAre(HasSubstr("rules:2:8: "), HasSubstr("rules:3:8: "), HasSubstr("rules:4:11: "),
                  HasSubstr("rules:4:22: "), HasSubstr("rules:5:8: "), HasSubstr("rules:6:10: "),
                  HasSubstr("rules:7:7: "), HasSubstr("rules:8:11: "),
                  HasSubstr("rules:9:1: unknown key \"frm\", did you mean \"from\"?")));
  EXPECT_THAT(file.errors[1], HasSubstr("missing )"));
  EXPECT_THAT(file.errors[4], HasSubstr("column 5: expected = or !="));
}

TEST(RuleFile, WhatCannotBeMeantOrSaid) {
  EXPECT_THAT(
      ParseRules("[[rule]]\nname = \"a\"\nbody = ['']\ntext = \"gr\u00fc\u00dfe\"\n", "f").errors,
      ElementsAre(HasSubstr("f:3:9: "), HasSubstr("f:4:8: ")));
}

TEST(RuleFile, NamesAreNeededAndTold) {
  EXPECT_THAT(ParseRules("[[rule]]\nname = \"a\"\n[[rule]]\nname = \"a\"\n[[rule]]\n", "f").errors,
              ElementsAre("f: two rules are called \"a\"", "f: rule 3 has no name"));
}

}  // namespace
}  // namespace spillway
