// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/spf_record.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(SpfRecord, VersionIsAWord) {
  EXPECT_TRUE(IsSpfRecord("v=spf1"));
  EXPECT_TRUE(IsSpfRecord("V=SPF1 -all"));
  EXPECT_FALSE(IsSpfRecord("v=spf10 -all"));
  EXPECT_FALSE(IsSpfRecord(" v=spf1"));
}

TEST(SpfRecord, DirectivesInOrder) {
  const SpfParse parse =
      ParseSpfRecord("v=spf1 ?a:b.example/24//64 ~ip4:192.0.2.0/25 include:%{d}.x.example -all");
  ASSERT_TRUE(parse.record) << parse.error;
  const auto& directives = parse.record->directives;
  ASSERT_EQ(directives.size(), 4U);
  EXPECT_EQ(directives[0].qualifier, State::kNeutral);
  EXPECT_EQ(directives[0].domain_spec, "b.example");
  EXPECT_EQ(directives[0].prefix4, 24);
  EXPECT_EQ(directives[0].prefix6, 64);
  EXPECT_EQ(directives[1].qualifier, State::kSoftfail);
  EXPECT_TRUE(directives[1].network->Contains(*Ip::Parse("192.0.2.127")));
  EXPECT_EQ(directives[3].mechanism, SpfMechanism::kAll);
}

TEST(SpfRecord, RedirectIsDroppedWhenThereIsAnAll) {
  EXPECT_FALSE(ParseSpfRecord("v=spf1 redirect=a.example -all").record->redirect);
  EXPECT_EQ(ParseSpfRecord("v=spf1 redirect=a.example").record->redirect, "a.example");
}

TEST(SpfRecord, UnknownModifiersAreIgnored) {
  EXPECT_TRUE(ParseSpfRecord("v=spf1 foo=bar x-y=%{d} -all").record);
}

class Broken : public testing::TestWithParam<const char*> {};
TEST_P(Broken, NamesTheTerm) {
  const SpfParse parse = ParseSpfRecord(std::string("v=spf1 ") + GetParam() + " -all");
  EXPECT_FALSE(parse.record) << GetParam();
  EXPECT_FALSE(parse.error.empty());
}
INSTANTIATE_TEST_SUITE_P(Each, Broken,
                         testing::Values("ipv4:192.0.2.1", "ip4:192.0.2", "ip4:192.0.2.1/33",
                                         "ip4:192.0.2.1/", "ip4:2001:db8::1", "ip6:192.0.2.1",
                                         "ip6:::1/129", "a:", "a:foo", "a/33", "a//129", "a/024",
                                         "include", "include:", "exists", "all:x", "all/8", "--all",
                                         "a:%{x}.example", "a:%{d", "a:%.example", "mx:a..",
                                         "redirect=a.example redirect=b.example",
                                         "exp=a.example exp=b.example", "1foo=bar", "\xff"));

TEST(SpfRecord, TextShorterThanTheVersionIsNotReadBeyond) {
  const std::string text(3, 'v');
  EXPECT_TRUE(ParseSpfRecord(text).record.has_value());
}

}  // namespace
}  // namespace spillway
