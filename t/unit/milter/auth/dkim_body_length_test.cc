// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/dkim_body_length.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

struct Case {
  const char* body;
  uint64_t simple;
  uint64_t relaxed;
};

class BodyLength : public testing::TestWithParam<Case> {};

TEST_P(BodyLength, IsThatOfTheCanonicalBodyHoweverItIsSplit) {
  const std::string body = GetParam().body;
  for (size_t piece = 1; piece <= body.size() + 1; ++piece) {
    DkimBodyLength length;
    for (size_t at = 0; at < body.size(); at += piece)
      length.Add(std::string_view(body).substr(at, piece));
    EXPECT_EQ(length.simple(), GetParam().simple) << body << " in pieces of " << piece;
    EXPECT_EQ(length.relaxed(), GetParam().relaxed) << body << " in pieces of " << piece;
  }
}

INSTANTIATE_TEST_SUITE_P(Each, BodyLength,
                         testing::Values(Case{"", 2, 0},                  // simple: a CRLF is added
                                         Case{"\r\n\r\n", 2, 0},          // only empty lines
                                         Case{"a\r\n", 3, 3},             //
                                         Case{"a", 3, 3},                 // last CRLF missing
                                         Case{"a\r\n\r\n\r\n", 3, 3},     // empty lines at the end
                                         Case{"a\r\n\r\nb\r\n", 8, 8},    // one in the middle
                                         Case{"a  b\t c \t\r\n", 11, 7},  // white space
                                         Case{"a\r\n \t\r\n", 7, 3},      // a line of white space
                                         Case{" C \r\nD \t E\r\n\r\n\r\n", 12,
                                              9}));  // RFC 6376 section 3.4.5

}  // namespace
}  // namespace spillway
