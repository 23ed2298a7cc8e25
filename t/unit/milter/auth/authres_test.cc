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

// RFC 6532 section 3.2; what is no UTF-8, or a control character in it, is no more than "?".
TEST(AuthresWriter, Utf8) {
  const auto written = [](const std::string& value) {
    return FormatAuthenticationResults(
        "mx", {{.method = "spf", .state = State::kPass, .properties = {{"smtp", "helo", value}}}});
  };
  EXPECT_EQ(written("j\u00f6rg@b\u00fccher.example"),
            "mx;\n\tspf=pass smtp.helo=j\u00f6rg@b\u00fccher.example");
  EXPECT_EQ(written("\u00fc \U0001f4ec"), "mx;\n\tspf=pass smtp.helo=\"\u00fc \U0001f4ec\"");
  EXPECT_EQ(written("a\xc3"), "mx;\n\tspf=pass smtp.helo=\"a?\"");
  EXPECT_EQ(written("\xc0\x80\xed\xa0\x80"), "mx;\n\tspf=pass smtp.helo=\"?????\"");
  EXPECT_EQ(written("a\u0085\u009b"), "mx;\n\tspf=pass smtp.helo=\"a????\"");
  std::string many;
  while (many.size() < 1000) many += "\u00fc";
  EXPECT_TRUE(written(many).ends_with("\u00fc"));
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

}  // namespace
}  // namespace spillway
