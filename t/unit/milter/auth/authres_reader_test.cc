// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/authres_reader.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(AuthresReader, AppendixBOfRfc8601) {
  const ReadResults read = ReadAuthenticationResults(
      " foo.example.net (foobar) 1 (baz);\n"
      " dkim (Because I like it) / 1 (One yay) = (wait for it) fail\n"
      " policy (A dot can go here) . (like that) expired (this surprised me)\n"
      " = (as I wasn't expecting it) 1362471462");
  EXPECT_TRUE(read.whole);
  EXPECT_EQ(read.authserv_id, "foo.example.net");
  ASSERT_EQ(read.results.size(), 1U);
  EXPECT_EQ(read.results[0].method, "dkim");
  EXPECT_EQ(read.results[0].result, "fail");
  EXPECT_EQ(read.results[0].Property("policy.expired"), "1362471462");
}

TEST(AuthresReader, SeveralResultsWithReasonAndProperties) {
  const ReadResults read = ReadAuthenticationResults(
      "example.com; auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n\tSPF=fail"
      " reason=\"a \\\"b\\\"; dmarc=pass\" smtp.mailfrom=\"x y\"@example.net header.b=Ab/+=;");
  EXPECT_TRUE(read.whole);
  ASSERT_EQ(read.results.size(), 2U);
  EXPECT_EQ(read.First("auth")->Property("smtp.auth"), "sender@example.net");
  EXPECT_EQ(read.First("spf")->reason, "a \"b\"; dmarc=pass");
  EXPECT_EQ(read.First("spf")->Property("smtp.mailfrom"), "x y@example.net");
  EXPECT_EQ(read.First("spf")->Property("header.b"), "Ab/+=");
  EXPECT_EQ(read.First("dmarc"), nullptr);
}

TEST(AuthresReader, NoResult) {
  const ReadResults read = ReadAuthenticationResults(" example.org 1; none");
  EXPECT_TRUE(read.whole);
  EXPECT_EQ(read.authserv_id, "example.org");
  EXPECT_TRUE(read.results.empty());
}

TEST(AuthresReader, WhatLargeSendersWrite) {
  const ReadResults read = ReadArcResults(
      " i=1; mx.microsoft.com 1; spf=pass smtp.mailfrom=a.example; dmarc=pass action=none"
      " header.from=a.example; dkim=pass header.d=a.example; arc=none");
  EXPECT_TRUE(read.whole);
  EXPECT_EQ(read.instance, "1");
  EXPECT_EQ(read.First("dmarc")->Property("action"), "none");
  EXPECT_EQ(read.First("dmarc")->Property("header.from"), "a.example");
}

class BrokenResults : public testing::TestWithParam<const char*> {};
TEST_P(BrokenResults, IsNotWhole) {
  EXPECT_FALSE(ReadAuthenticationResults(GetParam()).whole) << GetParam();
}
INSTANTIATE_TEST_SUITE_P(Each, BrokenResults,
                         testing::Values("", " ; spf=pass", "a b; spf=pass", "a; spf", "a; =pass",
                                         "a; spf=", "a; spf=pass junk", "a; spf=pass smtp.=x",
                                         "a; spf=pass (open", "a; spf=pass smtp.helo=\"open",
                                         "a; spf=pass)", "a; spf=pass smtp.helo=x\x0b",
                                         "\"open; spf=pass"));

TEST(AuthresReader, LimitsAreErrors) {
  std::string many = "a";
  for (int i = 0; i < 101; ++i) many += "; spf=pass";
  EXPECT_FALSE(ReadAuthenticationResults(many).whole);
  EXPECT_FALSE(ReadAuthenticationResults("a; x=" + std::string(70000, 'y')).whole);
}

TEST(AuthresReader, InstanceIsReadEvenIfTheRestIsBroken) {
  EXPECT_EQ(ReadArcResults(" (x) i = 12 ; a; spf").instance, "12");
  for (const char* text : {"", "i=1", "I=1; a", "i=x; a", "a; i=1", "i==1; a", "i=1 2; a"})
    EXPECT_EQ(ReadArcResults(text).instance, "") << text;
}

class Claims : public testing::TestWithParam<const char*> {};
TEST_P(Claims, OurName) {
  EXPECT_TRUE(ClaimsAuthservId(GetParam(), {"mx.example.org"})) << GetParam();
}
INSTANTIATE_TEST_SUITE_P(
    Each, Claims,
    testing::Values(" mx . example . org; spf=pass", " mx\r\n .example.\r\n\torg; spf=pass",
                    " mx(c) . (d)example.org; spf=pass", " m\\x.example.org; spf=pass",
                    " \\m\\x.\\example.org; spf=pass", " \"m\\x\".example.org; spf=pass",
                    " \x0bmx.example.org; spf=pass", " mx.example.org\x0c;dkim=pass",
                    " mx\x0b.example\x0c.org; spf=pass", " m\x01x.example.org; spf=pass",
                    " mx.\"example\".org; spf=pass", " m(c)x.example.org; spf=pass",
                    " mx\x0b.\\example\x0c . \"org\"; spf=pass", " 'mx.example.org'; spf=pass",
                    " =?us-ascii?q?mx=2Eexample=2Eorg?= ; spf=pass",
                    " =?utf-8?b?bXguZXhhbXBsZS5vcmc7IHNwZj1wYXNz?=", " mx.example.org . ; spf=pass",
                    " mx.example.org \\; spf=pass", " mx.example.org; spf=pass",
                    "mx.example.org;none", " MX.Example.ORG; spf=pass",
                    "\n\tmx.example.org\n\t;\n\tspf=pass", " mx.example.org 1; spf=pass",
                    " (comment (nested)) mx.example.org (x); spf=pass",
                    " \"mx.example.org\"; spf=pass", " mx.example.org.; spf=pass",
                    " mx.example.org spf=pass", " mx.example.org",
                    " (unclosed mx.example.org; spf=pass", " =broken= mx.example.org; spf=pass",
                    " mx.example.org(c); spf=pass", " m(c)x.example.org mx.example.org; x"));

class OtherName : public testing::TestWithParam<const char*> {};
TEST_P(OtherName, IsLeftAlone) {
  EXPECT_FALSE(ClaimsAuthservId(GetParam(), {"mx.example.org"})) << GetParam();
}
INSTANTIATE_TEST_SUITE_P(Each, OtherName,
                         testing::Values(" mx example org; none", "", " other.example; spf=pass",
                                         " xmx.example.org; spf=pass", " mx.example.org.evil; none",
                                         " other.example; spf=pass smtp.helo=mx.example.org",
                                         " (mx.example.org) other.example; none"));

TEST(ClaimsAuthservIdTest, AnyOfOurs) {
  const std::vector<std::string> ids = {"mx1.example", "mx2.example"};
  EXPECT_TRUE(ClaimsAuthservId(" mx2.example; spf=pass", ids));
  EXPECT_FALSE(ClaimsAuthservId(" mx3.example; spf=pass", ids));
}

TEST(StrangersAuthor, ByTheResultsThatOnlyStrangersHave) {
  for (const char* method : {"spf", "dmarc", "iprev"}) {
    const std::string field = " mx.example; dkim=none; " + std::string(method) + "=fail";
    EXPECT_EQ(StrangersAuthor(field, "mx.example"), "") << method;
    EXPECT_FALSE(StrangersAuthor(field, "mx2.example")) << method;
  }
  EXPECT_EQ(StrangersAuthor(" mx.example; dmarc=pass header.from=A.Example", "mx.example"),
            "a.example");
  EXPECT_FALSE(StrangersAuthor(" mx.example; dkim=pass", "mx.example"));
  EXPECT_FALSE(StrangersAuthor(" mx.example; auth=pass smtp.auth=spf; none", "mx.example"));
  EXPECT_FALSE(StrangersAuthor(" mx.example; spf=pass (", "mx.example"));
}

}  // namespace
}  // namespace spillway
