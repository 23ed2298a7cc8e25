// SPDX-License-Identifier: BSD-2-Clause
#include "conf/dns_list.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(DnsListTest, ReadsPostscreensForm) {
  const auto list = DnsList::Parse("Zen.Example.org=127.0.[0;4].[2..11;20]*-3");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->zone, "zen.example.org");
  EXPECT_EQ(list->weight, -3);
  EXPECT_TRUE(list->Counts({127, 0, 0, 2}));
  EXPECT_TRUE(list->Counts({127, 0, 4, 20}));
  EXPECT_FALSE(list->Counts({127, 0, 1, 2}));
  EXPECT_FALSE(list->Counts({127, 0, 0, 12}));
}

TEST(DnsListTest, WithoutAnswersAllOf127Counts) {
  const auto list = DnsList::Parse("bl.example");
  EXPECT_EQ(list->weight, 1);
  EXPECT_TRUE(list->Counts({127, 200, 3, 4}));
  EXPECT_FALSE(list->Counts({10, 0, 0, 2}));
}

TEST(DnsListTest, TakesNothingElse) {
  for (const char* text : {"", "*2", "bl.example*", "bl.example*x", "bl.example*101",
                           "bl.example=", "bl.example=127.0.0", "bl.example=127.0.0.256",
                           "bl.example=127.0.0.[2", "bl.example=127.0.0.[5..2]",
                           "bl.example=127.0.0.2.3", "bl example", "bl.example=127.0.0.[2;]"})
    EXPECT_FALSE(DnsList::Parse(text)) << text;
}

}  // namespace
}  // namespace spillway
