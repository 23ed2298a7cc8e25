// SPDX-License-Identifier: BSD-2-Clause
#include "policy/watch/process_limit.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(ProcessLimit, ConfiguredNumberGoesBeforeAll) {
  EXPECT_DOUBLE_EQ(FindProcessLimit(250).count, 250);
}

TEST(ProcessLimit, AreNeverNone) {
  EXPECT_GE(FindProcessLimit(0).count, 1);
}

TEST(ProcessLimit, MaxprocIsTheSeventhWordOfTheService) {
  EXPECT_EQ(MaxprocOf("smtp       inet  n       -       y       -       150     smtpd\n"), 150);
  EXPECT_EQ(MaxprocOf("smtp inet n - y - 150 smtpd"), 150);
  EXPECT_EQ(MaxprocOf("smtp inet n - y - - smtpd"), 0);
  EXPECT_EQ(MaxprocOf(""), 0);
  EXPECT_EQ(MaxprocOf("smtp inet n - y - 1 postscreen"), 0);
}

}  // namespace
}  // namespace spillway
