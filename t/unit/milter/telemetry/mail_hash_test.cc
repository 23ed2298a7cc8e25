// SPDX-License-Identifier: BSD-2-Clause
#include "milter/telemetry/mail_hash.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(MailHash, TellsMessagesApart) {
  const uint32_t hash = MailHash("a@example.com", "b@example.com");
  EXPECT_EQ(MailHash("a@example.com", "b@example.com"), hash);
  EXPECT_NE(MailHash("a@example.com", "c@example.com"), hash);
  EXPECT_NE(MailHash("c@example.com", "b@example.com"), hash);
  EXPECT_NE(MailHash("b@example.com", "a@example.com"), hash);
  EXPECT_NE(MailHash("a@example.comb", "@example.com"), hash);
}

TEST(MailHash, LettersOfEitherCaseAreTheSame) {
  EXPECT_EQ(MailHash("A@Example.COM", "b@EXAMPLE.com"), MailHash("a@example.com", "B@example.com"));
  EXPECT_NE(MailHash("@", ""), MailHash("`", "")) << "not letters";
}

TEST(MailHash, IsNeverTheOneThatIsNotKnown) {
  EXPECT_NE(MailHash("", ""), 0U);
  for (int i = 0; i < 100'000; ++i) EXPECT_NE(MailHash(std::to_string(i), "b@example.com"), 0U);
}

}  // namespace
}  // namespace spillway
