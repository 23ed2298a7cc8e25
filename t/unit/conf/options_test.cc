// SPDX-License-Identifier: BSD-2-Clause
#include "conf/options.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(AnyRequired, WhicheverSectionSaysIt) {
  EXPECT_FALSE(AnyRequired({}));
  EXPECT_FALSE(
      AnyRequired(ParseConfig("[clamd]\nrequired = []\n[spf]\nrequired = false\n", "c").config));
  EXPECT_TRUE(AnyRequired(ParseConfig("[spf]\nrequired = true\n", "c").config));
  EXPECT_TRUE(AnyRequired(ParseConfig("[clamd]\nrequired = [\"external\"]\n", "c").config));
}

}  // namespace
}  // namespace spillway
