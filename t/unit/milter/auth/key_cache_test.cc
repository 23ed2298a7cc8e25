// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/key_cache.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(KeyCacheTest, ReadsARecordOnce) {
  KeyCache keys;
  const auto first = keys.Get("p=", "rsa-sha256");
  EXPECT_EQ(keys.Get("p=", "rsa-sha256"), first);
  EXPECT_NE(keys.Get("p=", "ed25519-sha256"), first);
  EXPECT_NE(keys.Get("p=AAAA", "rsa-sha256"), first);
}

TEST(KeyCacheTest, ForgetsWhatWasNotUsedForLongest) {
  KeyCache keys(2);
  const auto a = keys.Get("p=a", "rsa-sha256");
  const auto b = keys.Get("p=b", "rsa-sha256");
  EXPECT_EQ(keys.Get("p=a", "rsa-sha256"), a);
  keys.Get("p=c", "rsa-sha256");
  EXPECT_EQ(keys.Get("p=a", "rsa-sha256"), a);
  EXPECT_NE(keys.Get("p=b", "rsa-sha256"), b);
}

TEST(KeyCacheTest, MayBeOff) {
  KeyCache keys(0);
  EXPECT_NE(keys.Get("p=", "rsa-sha256"), keys.Get("p=", "rsa-sha256"));
}

}  // namespace
}  // namespace spillway
