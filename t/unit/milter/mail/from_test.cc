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
      {" J. <a@example.org>, \"q\"@example.org", "example.org"},
      {" user@example.org.", ""},
  };
  for (const auto& [value, domain] : good) EXPECT_EQ(ParseFrom(value).domain, domain) << value;
}

TEST(From, WhatIsNotOneAuthorIsAnErrorAndNeverTheFirst) {
  const std::vector<std::pair<std::string, std::string>> bad = {
      {" a@good.example, b@bad.example", "several author domains"},
      {"", "no address"},
      {" ", "no address"},
      {" user", "no address"},
      {" <>", "no address"},
      {" <user>", "no @ in the address"},
      {" user@", "no address"},
      {" user@localhost", "no domain name behind the @"},
      {" user@[192.0.2.1]", "an address literal"},
      {" a@b.example <c@d.example>", "text behind the address"},
      {" <a@b.example> <c@d.example>", "text behind the address"},
      {" <a@b.example", "no > behind the address"},
      {" <@route.example:a@b.example>", "no address"},
      {" Group: a@b.example;", "a group in place of an author"},
      {" undisclosed:;", "a group in place of an author"},
      {" \"a@b.example", "a quote without an end"},
      {" (a@b.example", "a comment without an end"},
      {" a b@c.example", "no address"},
      {" .a@c.example", "no address"},
      {" a..b@c.example", "no address"},
      {" a@c..example", "no address"},
      {" a@b.example,", "no address"},
      {" \"a <x@junk.example>\"@example.org", "a deceptive local part"},
      {" <\"ceo@bank.example\"@example.org>", "a deceptive local part"},
      {" =?utf-8?Q?ceo=40bank.example=3E?=@example.org", "a deceptive local part"},
      {" a@=?utf-8?Q?bank.example?=.example.org", "no domain name behind the @"},
      {" <ceo(<ceo@bank.example>)@example.org>", "a comment inside an address"},
      {" a@x\xef\xbc\xa0"
       "bank.example",
       "no domain name behind the @"},
      {" \"x\rFrom: ceo@bank.example\r\" <a@example.org>", "a bare line break"},
      {" a\nb@example.org", "a bare line break"},
      {" a@b.example;c", "text behind the address"},
      {" a@\xff\xfe.example", "no domain name behind the @"},
      {std::string(" a@b.example\0", 13), "a NUL in the From field"},
      {" " + std::string(17, '(') + std::string(17, ')') + "a@b.example",
       "comments nested too deeply"},
  };
  for (const auto& [value, error] : bad) {
    const Author author = ParseFrom(value);
    EXPECT_EQ(author.domain, "") << value;
    EXPECT_NE(author.error.find(error), std::string::npos) << value << ": " << author.error;
  }
}

TEST(From, OneFieldOnly) {
  const HeaderField from{"From", " a@b.example"};
  EXPECT_EQ(FindAuthor({{"Subject", " x"}, from}).domain, "b.example");
  EXPECT_EQ(FindAuthor({}).error, "no From field");
  EXPECT_EQ(FindAuthor({from, {"FROM ", " c@d.example"}}).error, "2 From fields");
  EXPECT_EQ(ParseFrom(std::string(70000, 'x')).error, "a From field over 64 KiB");
}

}  // namespace
}  // namespace spillway
