// SPDX-License-Identifier: BSD-2-Clause
#include "milter/mail/registered_domain.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(RegisteredDomain, ByThePublicSuffixList) {
  EXPECT_EQ(RegisteredDomain("www.example.co.uk"), "example.co.uk");
  EXPECT_EQ(RegisteredDomain("example.com"), "example.com");
  EXPECT_EQ(RegisteredDomain("a.b.example"), "b.example");
  EXPECT_EQ(RegisteredDomain("co.uk"), "");
  EXPECT_EQ(RegisteredDomain(""), "");
}

}  // namespace
}  // namespace spillway
