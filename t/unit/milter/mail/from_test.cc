// SPDX-License-Identifier: BSD-2-Clause
#include "milter/mail/from.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(From, AuthorDomains) {
  const std::vector<std::pair<std::string, std::string>> good = {
      {" user@Example.ORG", "example.org"},
      {" <user@example.org>", "example.org"},
      {" A. User <user@example.org>", "example.org"},
      {" \"User, A.\" <user@example.org>", "example.org"},
      {" \"a\\\" <x@junk.example>\" <user@example.org>", "example.org"},
      {"\n\tA (comment (nested) \\) ) User\n <user@example.org> (home)", "example.org"},
      {" user @ example.org", "example.org"},
      {" =?utf-8?q?A=2C_B?= <user@example.org>", "example.org"},
      {" J\xc3\xb6rg <j\xc3\xb6rg@b\xc3\xbc"
       "cher.example>",
       "xn--bcher-kva.example"},
      {" a@example.org, B <b@example.org>", "example.org"},
      {" ann@\xef\xbd\x93trict\xe3\x80\x82"
       "example",
       "strict.example"},
      {" J. <a@example.org>, \"q\"@example.org", "example.org"},
  };
  for (const auto& [value, domain] : good) EXPECT_EQ(ParseFrom(value).domain(), domain) << value;
}

struct Unclear {
  std::string value;
  std::string error;
  std::vector<std::string> domains = {};
};
void ExpectUnclear(const Unclear& unclear) {
  const Author author = ParseFrom(unclear.value);
  EXPECT_EQ(author.domains, unclear.domains) << unclear.value;
  EXPECT_NE(author.error.find(unclear.error), std::string::npos)
      << unclear.value << ": " << author.error;
}

// By the grammar it is none, but whatever a mail program shows, it is of this domain.
TEST(From, WhatLeadsToOneDomainWhoeverReadsIt) {
  const std::string domain = "strict.example";
  for (const char* value : {
           " ann@strict.example <ann@strict.example>",
           " 'ann@strict.example' <ann@strict.example>",
           " [JIRA] Ann <ann@strict.example>",
           " Ann <ann@strict.example>,",
           " ,ann@strict.example",
           " <@route.example:ann@strict.example>",
           " <@a.example,@b.example:ann@strict.example>",
           " <ann(home)@strict.example>",
           " ann@(home)strict.example",
           " ann@strict(at home).example",
           " ann@strict . example",
           " <ann@strict.example",
           " ann@strict.example>",
           " ann@strict.example.",
           " Ann ann@strict.example",
           " Ann, the first <ann@strict.example>",
           " \"Ann <ann@strict.example>",
           " (ann@strict.example",
           " Group: ann@strict.example;",
           " .ann@strict.example",
           " a..b@strict.example",
           " mailto:ann@strict.example",
           " <<ann@strict.example>>",
           " ann@strict.example;",
           " ann@strict.example (((((((((((((((((x)))))))))))))))))",
           " \xe2\x80\x9c"
           "ann@strict.example\xe2\x80\x9d",
           " =?utf-8?Q?Ann_=3Cann=40strict=2Eexample=3E?=",
           " ann\xef\xbc\xa0strict.example",
           " ann@x\xef\xbc\xa0strict.example",
           " ann\nb@strict.example",
           " ann@=?utf-8?Q?strict?=.example",
           " ann@strict.example\r",
           " \\ann@strict.example",
       }) {
    const Author author = ParseFrom(value);
    EXPECT_EQ(author.domain(), domain) << value;
    EXPECT_NE(author.error, "") << value;
  }
  EXPECT_EQ(ParseFrom(std::string(" ann@strict.example\0", 20)).domain(), domain);
}

TEST(From, WhatMayBeOfSeveralDomainsIsOfEachAndNeverOfTheFirst) {
  const std::vector<Unclear> those = {
      {" a@good.example, b@bad.example", "several author domains", {"good.example", "bad.example"}},
      {" a@b.example <c@d.example>", "text behind the address", {"b.example", "d.example"}},
      {" <a@b.example> <c@d.example>", "text behind the address", {"b.example", "d.example"}},
      {" \"a <x@junk.example>\"@b.example",
       "a deceptive local part",
       {"junk.example", "b.example"}},
      {" <\"ceo@bank.example\"@b.example>",
       "a deceptive local part",
       {"bank.example", "b.example"}},
      {" =?utf-8?Q?ceo=40bank.example=3E?=@b.example",
       "a deceptive local part",
       {"b.example", "bank.example"}},
      {" <ceo(<ceo@bank.example>)@b.example>",
       "a comment inside an address",
       {"bank.example", "b.example"}},
      {" \"x\rFrom: ceo@bank.example\r\" <a@b.example>",
       "a bare line break",
       {"bank.example", "b.example"}},
  };
  for (const Unclear& each : those) ExpectUnclear(each);
}

TEST(From, WhatHasNoAuthor) {
  const std::vector<Unclear> those = {
      {"", "no address"},
      {" ", "no address"},
      {" user", "no address"},
      {" <>", "no address"},
      {" <user>", "no @ in the address"},
      {" user@", "no address"},
      {" @b.example", "no address"},
      {" user@localhost", "no domain name behind the @"},
      {" user@[192.0.2.1]", "an address literal"},
      {" undisclosed:;", "a group in place of an author"},
      {" a@c..example", "no address"},
      {" a@\xff\xfe.example", "no domain name behind the @"},
      {" " + std::string(300, '@') + "a@b.example", "too many addresses"},
      {std::string(70000, 'x'), "a From field over 64 KiB"},
  };
  for (const Unclear& each : those) ExpectUnclear(each);
  std::string nine;
  for (int i = 0; i < 9; ++i)
    nine += (i > 0 ? "," : "") + std::string(" a@d") + std::to_string(i) + ".example";
  ExpectUnclear({nine, "too many author domains"});
}

// One that nobody can read makes all of them so.
TEST(From, OfSeveralFieldsEachCounts) {
  const HeaderField from{"From", " a@b.example"};
  EXPECT_EQ(FindAuthor({{"Subject", " x"}, from}).domain(), "b.example");
  EXPECT_EQ(FindAuthor({}).error, "no From field");
  const Author two = FindAuthor({from, {"FROM ", " c@d.example"}});
  EXPECT_EQ(two.error, "2 From fields");
  EXPECT_EQ(two.domains, (std::vector<std::string>{"b.example", "d.example"}));
  EXPECT_EQ(two.domain(), "");
  EXPECT_TRUE(FindAuthor({from, {"From", " somebody"}}).domains.empty());
}

}  // namespace
}  // namespace spillway
