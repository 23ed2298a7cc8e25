// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/body_hashes.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(BodyHashes, OneForEachForm) {
  BodyHashes hashes;
  const size_t relaxed = hashes.Want(true);
  const size_t simple = hashes.Want(false);
  const size_t limited = hashes.Want(true, 3);
  EXPECT_EQ(hashes.Want(true), relaxed);
  EXPECT_EQ(hashes.Want(true, 3), limited);
  hashes.Update("a  b ");
  hashes.Update("\r\n\r\n");
  hashes.Finish();
  EXPECT_EQ(hashes.Get(relaxed).sha256, Sha256("a b\r\n"));
  EXPECT_EQ(hashes.Get(simple).sha256, Sha256("a  b \r\n"));
  EXPECT_EQ(hashes.Get(limited).sha256, Sha256("a b"));
  EXPECT_EQ(hashes.Get(limited).size, 5U);
}

}  // namespace
}  // namespace spillway
