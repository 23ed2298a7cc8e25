// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/html_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spillway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(HtmlText, WhatOneSees) {
  const HtmlText page = ReadHtml(
      "<html><head><title>T</title><style>p {color: red}</style></head><body>"
      "<p>via<b>gr</b>a &amp; gr&#252;&szlig;e<!-- not this --></p><script>alert(1)</script>end",
      1000);
  EXPECT_THAT(page.text, HasSubstr("viagra & gr\u00fc\u00dfe"));
  EXPECT_THAT(page.text, HasSubstr("end"));
  EXPECT_THAT(page.text, Not(HasSubstr("red")));
  EXPECT_THAT(page.text, Not(HasSubstr("not this")));
  EXPECT_THAT(page.text, Not(HasSubstr("alert")));
}

TEST(HtmlText, BlocksPartWords) {
  EXPECT_THAT(ReadHtml("<td>one</td><td>two</td>", 100).text, HasSubstr("one"));
  EXPECT_THAT(ReadHtml("<p>one</p><p>two</p>", 100).text, Not(HasSubstr("onetwo")));
}

TEST(HtmlText, Links) {
  EXPECT_THAT(ReadHtml("<a HREF='http://a.example/?x=1&amp;y=2'>x</a><img src=//b.example/p.png>"
                       "<form action=\"https://c.example\">",
                       1000)
                  .links,
              ElementsAre("http://a.example/?x=1&y=2", "//b.example/p.png", "https://c.example"));
}

TEST(HtmlText, CommentsThatAreNone) {
  for (const char* page :
       {"<!--><p>seen</p><!-- -->", "<!---><p>seen</p>", "<!--[if mso]><p>seen</p><![endif]-->",
        "<!--[if !mso]><!--><p>seen</p><!--<![endif]--><p>x</p>"})
    EXPECT_THAT(ReadHtml(page, 1000).text, HasSubstr("seen")) << page;
  EXPECT_THAT(ReadHtml("<!--[if !mso]><!-->a<!--<![endif]-->after", 1000).text, HasSubstr("after"));
}

TEST(HtmlText, CommentsEndWhereBrowsersEndThem) {
  for (const char* page :
       {"<!-- [if mso]>x<![endif]-->seen", "<!-- x <![endif]-->seen", "<!-- x <!-->seen",
        "<!-- x --!>seen", "<style><!--</style>seen<!-- -->", "<a title='<!--'>seen</a>",
        "<a title='<style>'>seen</a><p title='</style>'>", "<title><!--</title>seen<!-- -->"})
    EXPECT_THAT(ReadHtml(page, 1000).text, HasSubstr("seen")) << page;
  EXPECT_THAT(ReadHtml("a<!-- not this", 1000).text, Not(HasSubstr("not")));
}

TEST(HtmlText, NamesOfHtml5) {
  EXPECT_THAT(ReadHtml("<a href='https&colon;&sol;&sol;evil&period;example'>x</a>", 1000).links,
              ElementsAre("https://evil.example"));
}

TEST(HtmlText, BrokenAndBounded) {
  EXPECT_THAT(ReadHtml("<p <a href=x>y</", 100).text, HasSubstr("y"));
  EXPECT_LT(ReadHtml(std::string(100000, 'a'), 1000).text.size(), 10000U);
  EXPECT_EQ(ReadHtml("", 10).text, "");
  std::string deep;
  for (int i = 0; i < 50000; ++i) deep += "<div><b>";
  EXPECT_THAT(ReadHtml(deep + "x", 1 << 20).text, HasSubstr(" "));
}

TEST(HtmlText, CharactersByTheirNumber) {
  EXPECT_THAT(ReadHtml("<a href='http://a&#46example&#x2E;com'>&#65&#x42;C</a>", 1000).links,
              ElementsAre("http://a.example.com"));
  EXPECT_THAT(ReadHtml("<a href='http://b&#xff0e;example&#12290;com'>&#x1f4ec;</a>", 1000).links,
              ElementsAre("http://b\uff0eexample\u3002com"));
  EXPECT_THAT(ReadHtml("&#x1f4ec;&#xe000", 1000).text, HasSubstr("\U0001f4ec\ue000"));
  EXPECT_THAT(ReadHtml("&#65&#x42;C &#1; &#xd800; &#xfffe &#xffffffffff; &# &#x &;", 1000).text,
              HasSubstr("ABC \ufffd \ufffd \ufffd \ufffd &# &#x &;"));
}

TEST(HtmlText, PagesOfTooManyTags) {
  std::string page;
  for (int i = 0; i < 70000; ++i) page += "<b>";
  EXPECT_TRUE(ReadHtml(page, 1 << 20).cut);
  EXPECT_FALSE(ReadHtml(page.substr(0, 30000), 1 << 20).cut);
}

// Of a tag with thousands of attributes some are looked at; spaces in a value part none.
TEST(HtmlText, TagsOfTooManyAttributes) {
  std::string many = "<a href='http://a.example/'";
  for (int i = 0; i < 10000; ++i) many += " a" + std::to_string(i) + "=b";
  const HtmlText page = ReadHtml(many + " href='http://b.example/'>seen</a>", 1 << 20);
  EXPECT_TRUE(page.cut);
  EXPECT_THAT(page.links, ElementsAre("http://a.example/"));
  EXPECT_THAT(page.text, HasSubstr("seen"));
  std::string words = "<p title='";
  for (int i = 0; i < 10000; ++i) words += "a = b ";
  EXPECT_FALSE(ReadHtml(words + "'>x</p>", 1 << 20).cut);
}

}  // namespace
}  // namespace spillway
