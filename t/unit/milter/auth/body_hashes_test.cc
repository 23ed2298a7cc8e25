// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/body_hashes.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(BodyHashes, OneForEachFormThatIsWanted) {
  BodyHashes both;
  both.Want(true);
  both.Want(false);
  both.Want(true);
  both.Update("a  b ");
  both.Update("\r\n\r\n");
  both.Finish();
  EXPECT_EQ(both.Get(true).sha256, Sha256("a b\r\n"));
  EXPECT_EQ(both.Get(true).size, 5U);
  EXPECT_EQ(both.Get(false).sha256, Sha256("a  b \r\n"));
  BodyHashes none;
  none.Update("x");
  none.Finish();
  EXPECT_EQ(none.Get(true).sha256, "");
}

}  // namespace
}  // namespace spillway
