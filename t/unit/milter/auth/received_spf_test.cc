// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/received_spf.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(ReceivedSpfTest, Rfc7208Section9) {
  EXPECT_EQ(
      FormatReceivedSpf({.result = State::kPass,
                         .identity = "mailfrom",
                         .receiver = "mx.example",
                         .client = "2001:db8::1",
                         .sender = "a b@example.org",
                         .helo = "mail.example.org"}),
      "pass\n\treceiver=\"mx.example\";\n\tclient-ip=\"2001:db8::1\";\n\t"
      "envelope-from=\"a b@example.org\";\n\thelo=\"mail.example.org\";\n\tidentity=mailfrom");
}

TEST(ReceivedSpfTest, WhatAStrangerSendsCannotBreakOut) {
  const std::string text = FormatReceivedSpf(
      {.result = State::kLate, .identity = "helo", .client = "192.0.2.1", .helo = "a\r\nX: \"y"});
  EXPECT_TRUE(text.starts_with("temperror\n\t"));
  EXPECT_NE(text.find("helo=\"a??X: \\\"y\";"), std::string::npos) << text;
  EXPECT_NE(text.find("envelope-from=\"<>\";"), std::string::npos) << text;
}

}  // namespace
}  // namespace spillway
