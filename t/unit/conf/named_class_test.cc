// SPDX-License-Identifier: BSD-2-Clause
#include "conf/named_class.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conf/config.h"
#include "conf/signing_table.h"
#include "milter/check/attachment_policy.h"
#include "milter/client/client_lists.h"
#include "milter/rules/rule_file.h"

namespace spillway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kPrinters =
    "[attachments]\ncheck = [\"external\", \"printers\"]\n"
    "[clients]\ninternal = [\"10.0.0.0/8\"]\n"
    "[[class]]\nname = \"printers\"\nnetworks = [\"10.1.0.0/16\", \"192.0.2.0/24\"]\n"
    "users = [\"scan-*\"]\ncannot_retry = true\n"
    "[[class]]\nname = \"board\"\nusers = [\"ann\"]\nnetworks = [\"10.0.0.0/8\"]\n";

TEST(NamedClass, MayStandWhereverClassesAreNamed) {
  const LoadResult loaded = ParseConfig(kPrinters, "c");
  EXPECT_THAT(loaded.errors, IsEmpty());
  ASSERT_EQ(loaded.config.classes.size(), 2U);
  EXPECT_THAT(loaded.config.checks.Of<AttachmentsOptions>().check,
              ElementsAre("external", "printers"));
  const std::string dump = DumpConfig(loaded.config);
  EXPECT_EQ(DumpConfig(ParseConfig(dump, "d").config), dump);
  EXPECT_THAT(
      ParseRules("[[rule]]\nname = 'r'\nclient = ['board']\n", "r", {loaded.config.classes, {}})
          .errors,
      IsEmpty());
  EXPECT_THAT(ParseSigningTable("class:board a.example s /k", "t", loaded.config.classes).errors,
              IsEmpty());
}

TEST(NamedClass, WhoBelongsToIt) {
  const ClientLists lists(ParseConfig(kPrinters, "c").config);
  const auto at = [](const char* text) { return Ip::Parse(text); };
  EXPECT_THAT(lists.Named(at("10.1.2.3"), ""), ElementsAre("printers", "board"));
  EXPECT_THAT(lists.Named(at("10.2.2.3"), ""), ElementsAre("board"));
  EXPECT_THAT(lists.Named(at("10.1.2.3"), "ann"), ElementsAre("board"));
  EXPECT_THAT(lists.Named(at("198.51.100.1"), "scan-7"), ElementsAre("printers"));
  EXPECT_THAT(lists.Named(std::nullopt, ""), IsEmpty());
  EXPECT_TRUE(lists.CannotRetry(*at("10.1.2.3"), ""));
  EXPECT_FALSE(lists.CannotRetry(*at("10.2.2.3"), ""));
  EXPECT_FALSE(lists.CannotRetry(*at("192.0.2.1"), "")) << "not one of ours";
  EXPECT_TRUE(lists.CannotRetry(*at("198.51.100.1"), "scan-7"));
}

TEST(NamedClass, ErrorsSayWhere) {
  EXPECT_THAT(
      ParseConfig("[attachments]\ncheck = [\"printrs\"]\n[[class]]\nname = \"printers\"\n", "c")
          .errors,
      ElementsAre(HasSubstr("c:2:10: \"check\" is \"printrs\", expected \"external\"")));
  EXPECT_THAT(ParseConfig("[[class]]\nname = \"external\"\n", "c").errors.front(),
              HasSubstr("c:2:8: \"name\" is \"external\", expected a new name"));
  EXPECT_THAT(
      ParseConfig("[[class]]\nname = \"a\"\nnetworks = [\"10.0.0.0/99\"]\n", "c").errors.size(), 1);
  EXPECT_THAT(ParseConfig("[[class]]\n", "c").errors, ElementsAre("c: a [[class]] has no name"));
  EXPECT_THAT(ParseConfig("[[class]]\nname = \"a\"\n[[class]]\nname = \"a\"\n", "c").errors,
              ElementsAre("c: two classes are called \"a\""));
  EXPECT_THAT(ParseConfig("[class]\nname = \"a\"\n", "c").errors,
              ElementsAre(HasSubstr("expected [[class]]")));
}

}  // namespace
}  // namespace spillway
