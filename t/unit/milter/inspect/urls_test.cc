// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/urls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "milter/inspect/inspection.h"

namespace spillway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> In(std::string_view text) {
  std::vector<std::string> hosts;
  AddHosts(text, hosts);
  return hosts;
}

std::vector<std::string> Link(std::string_view text) {
  std::vector<std::string> hosts;
  AddLinkHost(text, hosts);
  return hosts;
}

TEST(Urls, InText) {
  EXPECT_THAT(In("see http://a.example/x, HTTPS://B.Example:8443 (ftp://c.example)."),
              ElementsAre("a.example", "b.example", "c.example"));
  EXPECT_THAT(In("www.d.example and WWW.E.example"), ElementsAre("www.d.example", "www.e.example"));
  EXPECT_THAT(In("http://a.example http://a.example"), ElementsAre("a.example"));
  EXPECT_THAT(In("xhttp://a.example mailto://b.example awww.c.example"), IsEmpty());
  EXPECT_THAT(In("http://www.x.example"), ElementsAre("www.x.example"));
}

TEST(Urls, InDisguise) {
  EXPECT_THAT(In("http://bank.example@evil.example/"), ElementsAre("evil.example"));
  EXPECT_THAT(In("http://%65vil.example/"), ElementsAre("evil.example"));
  EXPECT_THAT(In("http://evil.example./"), ElementsAre("evil.example"));
  EXPECT_THAT(In("http://b\u00fccher.example/"), ElementsAre("xn--bcher-kva.example"));
  EXPECT_THAT(In("http://2130706433/ http://0x7f.1/ http://127.0.0.1:80/"),
              ElementsAre("127.0.0.1"));
}

TEST(Urls, InSentences) {
  EXPECT_THAT(In("http://a.example! *http://b.example* \u201chttp://c.example\u201d"),
              ElementsAre("a.example", "b.example", "c.example"));
  EXPECT_THAT(In("http://a.example\u2026 http://b.example\uff0c http://c.example\u3002"),
              ElementsAre("a.example", "b.example", "c.example"));
  EXPECT_THAT(In("http://bank.example,x@evil.example/"),
              ElementsAre("evil.example", "bank.example"));
  EXPECT_THAT(In("http://\xff.example"), IsEmpty());
}

TEST(Urls, NamesThatIdnaDoesNotAllow) {
  EXPECT_THAT(In("http://\U0001F4A9.evil.example/"), ElementsAre("evil.example"));
  EXPECT_THAT(In("http://a.example\u200b/"), ElementsAre("a.example"));
}

TEST(Urls, LinksInDisguise) {
  EXPECT_THAT(Link("http://bank.example,x@evil.example/"), ElementsAre("evil.example"));
  EXPECT_THAT(Link("http://bank.example;(x@evil.example/"), ElementsAre("evil.example"));
  EXPECT_THAT(Link("\x01http://evil.example"), ElementsAre("evil.example"));
  EXPECT_THAT(Link("http:" + std::string(2000, '\n') + "//evil.example"),
              ElementsAre("evil.example"));
  EXPECT_THAT(Link("http://" + std::string(1000, 'u') + "@evil.example"),
              ElementsAre("evil.example"));
}

TEST(Urls, Links) {
  EXPECT_THAT(Link("ht\ntp://e\tvil.example/"), ElementsAre("evil.example"));
  EXPECT_THAT(Link(" //evil.example/x "), ElementsAre("evil.example"));
  EXPECT_THAT(Link("https:\\\\evil.example\\x"), ElementsAre("evil.example"));
  EXPECT_THAT(Link("http:/evil.example"), ElementsAre("evil.example"));
  EXPECT_THAT(Link("mailto:a@b.example"), IsEmpty());
  EXPECT_THAT(Link("/path"), IsEmpty());
  EXPECT_THAT(Link("x.html"), IsEmpty());
}

TEST(Urls, AreLimited) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "http://h" + std::to_string(i) + ".example ";
  EXPECT_EQ(In(text).size(), InspectionLimits::kHosts);
  EXPECT_THAT(In("http://" + std::string(100000, 'a') + ".example"), IsEmpty());
}

// Each of them could begin a host.
TEST(Urls, ATextOfBeginningsIsNotLookedAtWhole) {
  std::vector<std::string> hosts;
  std::string text;
  while (text.size() < 100000) text += "-www.";
  EXPECT_FALSE(AddHosts(text, hosts));
  text.clear();
  for (int i = 0; i < 5000; ++i) text += "see http://www.a" + std::to_string(i % 50) + ".example/ ";
  EXPECT_TRUE(AddHosts(text, hosts));
}

TEST(Urls, AsciiLabelsBehindForeignOnes) {
  EXPECT_THAT(In("http://\U0001F4A9.\U0001F4A9x.evil.example/"), ElementsAre("evil.example"));
}

}  // namespace
}  // namespace spillway
