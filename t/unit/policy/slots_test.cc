// SPDX-License-Identifier: BSD-2-Clause
#include "policy/slots.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(Slots, ConfiguredNumberGoesBeforeAll) {
  EXPECT_DOUBLE_EQ(FindSlots(250).count, 250);
}

TEST(Slots, AreNeverNone) {
  EXPECT_GE(FindSlots(0).count, 1);
}

TEST(Slots, MaxprocIsTheSeventhWordOfTheService) {
  EXPECT_EQ(MaxprocOf("smtp       inet  n       -       y       -       150     smtpd\n"), 150);
  EXPECT_EQ(MaxprocOf("smtp inet n - y - 150 smtpd"), 150);
  EXPECT_EQ(MaxprocOf("smtp inet n - y - - smtpd"), 0);
  EXPECT_EQ(MaxprocOf(""), 0);
  EXPECT_EQ(MaxprocOf("smtp inet n - y - 1 postscreen"), 0);
}

}  // namespace
}  // namespace spillway
