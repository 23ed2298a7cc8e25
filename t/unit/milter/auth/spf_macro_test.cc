// SPDX-License-Identifier: BSD-2-Clause
// The examples of RFC 7208 section 7.4.
#include "milter/auth/spf_macro.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

SpfMacroValues Rfc(const std::string& ip) {
  SpfMacroValues values;
  values.sender = "strong-bad@email.example.com";
  values.helo = "client.example";
  values.domain = "email.example.com";
  values.client = *Ip::Parse(ip);
  values.validated_name = [] { return std::optional<std::string>("mx.example.com"); };
  return values;
}

struct Case {
  const char* macro;
  const char* expected;
};
class Rfc7208Macros : public testing::TestWithParam<Case> {};
TEST_P(Rfc7208Macros, Expand) {
  EXPECT_EQ(ExpandMacros(GetParam().macro, Rfc("192.0.2.3")), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(
    Each, Rfc7208Macros,
    testing::Values(
        Case{"%{s}", "strong-bad@email.example.com"}, Case{"%{o}", "email.example.com"},
        Case{"%{d}", "email.example.com"}, Case{"%{d4}", "email.example.com"},
        Case{"%{d2}", "example.com"}, Case{"%{d1}", "com"}, Case{"%{dr}", "com.example.email"},
        Case{"%{d2r}", "example.email"}, Case{"%{l}", "strong-bad"}, Case{"%{l-}", "strong.bad"},
        Case{"%{lr}", "strong-bad"}, Case{"%{lr-}", "bad.strong"}, Case{"%{l1r-}", "strong"},
        Case{"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"},
        Case{"%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
        Case{"%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"},
        Case{"%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"},
        Case{"%{p}", "mx.example.com"}, Case{"%%%_%-", "% %20"}, Case{"%{h}", "client.example"}));

// In upper case, as the published suite has it; DNS makes no difference.
TEST(SpfMacro, Ipv6IsNibbles) {
  EXPECT_EQ(ExpandMacros("%{ir}.%{v}._spf.%{d2}", Rfc("2001:db8::cb01")),
            "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6._spf.example.com");
}

TEST(SpfMacro, UpperCaseIsUrlEncoded) {
  SpfMacroValues values = Rfc("192.0.2.3");
  values.sender = "a b&c@x.example";
  EXPECT_EQ(ExpandMacros("%{L}", values), "a%20b%26c");
}

TEST(SpfMacro, Grammar) {
  EXPECT_TRUE(IsMacroString("a%{d}b"));
  for (const char* bad :
       {"%", "%{", "%{d", "%{}", "%{z}", "%{d0}", "%(d)", "a b", "%{c}", "%{r}", "%{T}"})
    EXPECT_FALSE(IsMacroString(bad)) << bad;
  EXPECT_TRUE(IsDomainSpec("%{d}"));
  EXPECT_TRUE(IsDomainSpec("a.example."));
  for (const char* bad : {"", "foo", "a.1", "a.-x", "a.example/"})
    EXPECT_FALSE(IsDomainSpec(bad)) << bad;
}

TEST(SpfMacro, LongNamesLoseLabelsFromTheLeft) {
  SpfMacroValues values = Rfc("192.0.2.3");
  values.sender = std::string(60, 'a') + "." + std::string(60, 'b') + "." + std::string(60, 'c') +
                  "." + std::string(60, 'd') + "." + std::string(60, 'e') + "@email.example.com";
  const auto expanded = ExpandDomain("%{l}.X.Example.", values);
  ASSERT_TRUE(expanded);
  EXPECT_LE(expanded->size(), 253U);
  EXPECT_TRUE(expanded->ends_with(".x.example"));
  EXPECT_TRUE(expanded->starts_with("bbb"));
}

TEST(SpfMacro, PendingNameIsPending) {
  SpfMacroValues values = Rfc("192.0.2.3");
  values.validated_name = [] { return std::nullopt; };
  EXPECT_EQ(ExpandMacros("%{p}", values), std::nullopt);
}

}  // namespace
}  // namespace spillway
