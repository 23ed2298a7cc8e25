// SPDX-License-Identifier: BSD-2-Clause
#include "milter/mail/content.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

std::string Whole(const Content& content) {
  std::string out;
  for (const Content::Piece& piece : content.pieces()) out += *piece;
  return out;
}

TEST(Content, IsTheMessageWithItsLineEnds) {
  Content content(1000);
  content.AddHeaders({{"From", " a@example.org"}, {"Subject", " one\n two"}});
  content.AddBody("Hello.\r\n");
  EXPECT_EQ(Whole(content), "From: a@example.org\r\nSubject: one\r\n two\r\n\r\nHello.\r\n");
  EXPECT_EQ(content.size(), Whole(content).size());
  EXPECT_FALSE(content.truncated());
}

// Else the rest would not be asked for, and nobody would know that there is one.
TEST(Content, IsNotFullBeforeSomethingDoesNotFit) {
  Content content(10);
  content.AddHeaders({});
  content.AddBody("12345678");
  EXPECT_FALSE(content.full());
  content.AddBody("9");
  EXPECT_TRUE(content.full());
  Content marked(10);
  marked.MarkTruncated();
  EXPECT_TRUE(marked.truncated());
  EXPECT_FALSE(marked.full()) << "it is the header that was too large";
}

TEST(Content, KeepsNoMoreThanItsLimit) {
  Content content(10);
  content.AddHeaders({});
  content.AddBody("12345678");
  EXPECT_FALSE(content.truncated());
  content.AddBody("9");
  content.AddBody(std::string(100000, 'x'));
  EXPECT_TRUE(content.truncated());
  EXPECT_EQ(Whole(content), "\r\n12345678");
}

}  // namespace
}  // namespace spillway
