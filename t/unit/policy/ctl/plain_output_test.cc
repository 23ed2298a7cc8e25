// SPDX-License-Identifier: BSD-2-Clause
#include "policy/ctl/plain_output.h"

#include <gtest/gtest.h>

#include <sstream>

namespace spillway {
namespace {

std::string Printed(const std::string& text) {
  std::ostringstream stream;
  {
    const PlainOutput plain(stream);
    stream << text << std::flush;
    for (const char c : text) stream.put(c);
  }
  const std::string all = stream.str();
  EXPECT_EQ(all.substr(0, all.size() / 2), all.substr(all.size() / 2));
  return all.substr(0, all.size() / 2);
}

TEST(PlainOutput, TextIsAsItWas) {
  EXPECT_EQ(Printed("a\tb\n"), "a\tb\n");
  EXPECT_EQ(Printed("j\u00f6rg \u00a9 \u20ac \U0001f4ec"), "j\u00f6rg \u00a9 \u20ac \U0001f4ec");
}

TEST(PlainOutput, NothingSteersTheTerminal) {
  EXPECT_EQ(Printed("\x1b]0;title\x07\r\x7f"), "\\x1b]0;title\\x07\\x0d\\x7f");
  EXPECT_EQ(Printed("\u009b31m\u0080"), "\\xc2\\x9b31m\\xc2\\x80");
  EXPECT_EQ(Printed(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(Printed("\x9b"
                    "31m \xe2\x82\xac\x9b"),
            "\\x9b31m \xe2\x82\xac\\x9b");
}

TEST(PlainOutput, TheStreamIsAsBeforeInTheEnd) {
  std::ostringstream stream;
  { const PlainOutput plain(stream); }
  stream << '\x1b';
  EXPECT_EQ(stream.str(), "\x1b");
}

}  // namespace
}  // namespace spillway
