// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/authres.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(AuthresWriter, OneResult) {
  EXPECT_EQ(FormatAuthenticationResults(
                "mx.example.org", {{.method = "spf",
                                    .state = State::kPass,
                                    .properties = {{"smtp", "mailfrom", "user@example.org"}}}}),
            "mx.example.org;\n\tspf=pass smtp.mailfrom=user@example.org");
}

TEST(AuthresWriter, NothingToSayIsNone) {
  EXPECT_EQ(FormatAuthenticationResults("mx", {}), "mx; none");
}

TEST(AuthresWriter, ValuesAreQuotedByTheGrammar) {
  const std::string out =
      FormatAuthenticationResults("mx", {{.method = "dkim",
                                          .state = State::kFail,
                                          .reason = "a \"b\" \\c",
                                          .properties = {{"header", "b", "Ab/+=1"}}}});
  EXPECT_NE(out.find("reason=\"a \\\"b\\\" \\\\c\""), std::string::npos) << out;
  EXPECT_NE(out.find("header.b=\"Ab/+=1\""), std::string::npos) << out;
}

TEST(AuthresWriter, NothingAStrangerWroteBreaksOutOfTheField) {
  const std::string out = FormatAuthenticationResults(
      "mx", {{.method = "spf",
              .state = State::kNone,
              .properties = {{"smtp", "helo", "x\r\nBcc: all@example.org\n; dkim=pass"}}}});
  EXPECT_EQ(out.find('\r'), std::string::npos);
  EXPECT_NE(out.find("smtp.helo=\"x??Bcc: all@example.org?; dkim=pass\""), std::string::npos)
      << out;
}

TEST(AuthresWriter, LateIsTemperrorWithItsReasonAndSkippedIsLeftOut) {
  const std::string out = FormatAuthenticationResults(
      "mx", {{.method = "spf", .state = State::kLate, .reason = "waiting for x/TXT"},
             {.method = "dkim", .state = State::kSkipped}});
  EXPECT_EQ(out, "mx;\n\tspf=temperror reason=\"late: waiting for x/TXT\"");
}

TEST(AuthresWriter, LinesStayUnder998Octets) {
  std::vector<MethodResult> results;
  for (int i = 0; i < 200; ++i) {
    results.push_back({.method = "dkim",
                       .state = State::kFail,
                       .reason = std::string(5000, '"'),
                       .properties = {{"header", "d", std::string(5000, 'x')}}});
  }
  const std::string out = FormatAuthenticationResults("mx", results);
  for (size_t at = 0; at < out.size();) {
    const size_t end = std::min(out.find('\n', at), out.size());
    EXPECT_LT(end - at, 998U);
    at = end + 1;
  }
}

class Claims : public testing::TestWithParam<const char*> {};
TEST_P(Claims, OurName) {
  EXPECT_TRUE(ClaimsAuthservId(GetParam(), "mx.example.org")) << GetParam();
}
INSTANTIATE_TEST_SUITE_P(
    Each, Claims,
    testing::Values(" mx.example.org; spf=pass", "mx.example.org;none", " MX.Example.ORG; spf=pass",
                    "\n\tmx.example.org\n\t;\n\tspf=pass", " mx.example.org 1; spf=pass",
                    " (comment (nested)) mx.example.org (x); spf=pass",
                    " \"mx.example.org\"; spf=pass", " mx.example.org.; spf=pass",
                    " mx.example.org spf=pass", " mx.example.org",
                    " (unclosed mx.example.org; spf=pass", " =broken= mx.example.org; spf=pass",
                    " mx.example.org(c); spf=pass", " m(c)x.example.org mx.example.org; x"));

class OtherName : public testing::TestWithParam<const char*> {};
TEST_P(OtherName, IsLeftAlone) {
  EXPECT_FALSE(ClaimsAuthservId(GetParam(), "mx.example.org")) << GetParam();
}
INSTANTIATE_TEST_SUITE_P(Each, OtherName,
                         testing::Values("", " other.example; spf=pass",
                                         " xmx.example.org; spf=pass", " mx.example.org.evil; none",
                                         " other.example; spf=pass smtp.helo=mx.example.org",
                                         " (mx.example.org) other.example; none"));

}  // namespace
}  // namespace spillway
