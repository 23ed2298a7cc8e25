// SPDX-License-Identifier: BSD-2-Clause
#include "policy/serve/request.h"

#include <gtest/gtest.h>

namespace spillway {

using namespace std::string_literals;

namespace {

constexpr std::string_view kRequest =
    "request=smtpd_access_policy\nprotocol_state=RCPT\nsender=a=b@example.org\nrecipient=\n\n";

TEST(PolicyRequest, AnySplitOfTheInput) {
  for (size_t piece = 1; piece <= kRequest.size(); ++piece) {
    PolicyRequestParser parser(1000);
    std::optional<PolicyRequest> request;
    for (size_t at = 0; at < kRequest.size(); at += piece) {
      EXPECT_FALSE(request);
      parser.Feed(kRequest.substr(at, piece));
      request = parser.Next();
    }
    ASSERT_TRUE(request) << piece;
    EXPECT_EQ(request->Get("sender"), "a=b@example.org");
    EXPECT_EQ(request->Get("recipient"), "");
    EXPECT_EQ(request->Get("absent"), "");
  }
}

TEST(PolicyRequest, SeveralAtOnce) {
  PolicyRequestParser parser(1000);
  parser.Feed(std::string(kRequest) + std::string(kRequest) + "request=");
  EXPECT_TRUE(parser.Next());
  EXPECT_TRUE(parser.Next());
  EXPECT_FALSE(parser.Next());
  EXPECT_EQ(parser.error(), "");
}

class Malformed : public testing::TestWithParam<std::string> {};
TEST_P(Malformed, IsAnErrorAndStaysOne) {
  PolicyRequestParser parser(200);
  parser.Feed(GetParam());
  EXPECT_FALSE(parser.Next());
  EXPECT_NE(parser.error(), "");
  parser.Feed(kRequest);
  EXPECT_FALSE(parser.Next());
}
INSTANTIATE_TEST_SUITE_P(Each, Malformed,
                         testing::Values("\n", "\n\n", "hello\n\n", "=x\n\n",
                                         "request=smtpd_access_policy\nx\n\n", "request=other\n\n",
                                         "a=b\n\n", "request=smtpd_access_policy\na=\0b\n\n"s,
                                         std::string(300, 'x'),
                                         "a=" + std::string(300, 'x') + "\n\n"));

}  // namespace
}  // namespace spillway
