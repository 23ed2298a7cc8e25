// SPDX-License-Identifier: BSD-2-Clause
#include "milter/base/endpoint.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(Endpoint, UnixPathsMustBeAbsolute) {
  EXPECT_EQ(Endpoint::Parse("unix:/run/x.sock")->path, "/run/x.sock");
  EXPECT_EQ(Endpoint::Parse("local:/run/x.sock")->kind, Endpoint::Kind::kUnix);
  EXPECT_FALSE(Endpoint::Parse("unix:run/x.sock"));
  EXPECT_FALSE(Endpoint::Parse("unix:/" + std::string(200, 'x')));
}

TEST(Endpoint, InetInBothMilterAndPostfixForm) {
  const auto sendmail = Endpoint::Parse("inet:8891@127.0.0.1");
  const auto postfix = Endpoint::Parse("inet:127.0.0.1:8891");
  ASSERT_TRUE(sendmail && postfix);
  EXPECT_EQ(sendmail->host, "127.0.0.1");
  EXPECT_EQ(sendmail->port, 8891);
  EXPECT_EQ(postfix->host, sendmail->host);
  EXPECT_EQ(postfix->port, sendmail->port);
}

TEST(Endpoint, Inet6) {
  const auto bracketed = Endpoint::Parse("inet:[::1]:8891");
  ASSERT_TRUE(bracketed);
  EXPECT_EQ(bracketed->host, "::1");
  EXPECT_EQ(Endpoint::Parse("inet6:8891@::1")->kind, Endpoint::Kind::kInet6);
}

TEST(Endpoint, InheritedDescriptor) {
  EXPECT_EQ(Endpoint::Parse("fd:3")->fd, 3);
  EXPECT_FALSE(Endpoint::Parse("fd:x"));
  EXPECT_FALSE(Endpoint::Parse("fd:-1"));
}

TEST(Endpoint, AnythingElseIsRefused) {
  for (const char* bad :
       {"", "tcp:25", "inet:", "inet:0@localhost", "inet:65536@h", "inet:x@h", "/run/x.sock"}) {
    EXPECT_FALSE(Endpoint::Parse(bad)) << bad;
  }
}

TEST(Endpoint, MilterSpec) {
  EXPECT_EQ(Endpoint::Parse("inet:127.0.0.1:8891")->ToMilterSpec(), "inet:8891@127.0.0.1");
  EXPECT_EQ(Endpoint::Parse("local:/run/x")->ToMilterSpec(), "unix:/run/x");
  EXPECT_EQ(Endpoint::Parse("fd:5")->ToMilterSpec(), "fd:5");
}

}  // namespace
}  // namespace spillway
