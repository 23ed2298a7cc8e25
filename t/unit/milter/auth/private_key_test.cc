// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/private_key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "milter/auth/canonical.h"
#include "milter/auth/signature_key.h"
#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

class PrivateKeyTest : public testing::TestWithParam<PrivateKey::Kind> {
 protected:
  const PrivateKey key_ = PrivateKey::Generate(GetParam(), 1024);
};

TEST_P(PrivateKeyTest, WhatItSignsVerifiesByItsRecord) {
  const SignatureKey published(key_.Record(), key_.algorithm());
  ASSERT_EQ(published.problem(), "");
  EXPECT_TRUE(published.Verify(Sha256("text"), key_.Sign("text")));
  EXPECT_FALSE(published.Verify(Sha256("text"), key_.Sign("other")));
}

TEST_P(PrivateKeyTest, SurvivesPem) {
  std::string error;
  const auto again = PrivateKey::Parse(key_.Pem(), error);
  ASSERT_TRUE(again) << error;
  EXPECT_EQ(again->public_key(), key_.public_key());
  EXPECT_EQ(again->kind(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Kinds, PrivateKeyTest,
                         testing::Values(PrivateKey::Kind::kRsa, PrivateKey::Kind::kEd25519));

class KeyFileTest : public testing::Test {
 protected:
  std::string Load(mode_t mode) {
    ::chmod(path_.c_str(), mode);
    std::string error;
    const bool good = PrivateKey::Load(path_, error).has_value();
    EXPECT_EQ(good, error.empty());
    return error;
  }
  const TempDir dir_;
  const std::string path_ = dir_ / "key.pem";
};

TEST_F(KeyFileTest, MustBeClosedToOthers) {
  dir_.Write("key.pem", PrivateKey::Generate(PrivateKey::Kind::kEd25519, 0).Pem());
  EXPECT_EQ(Load(0600), "");
  EXPECT_EQ(Load(0640), "");
  EXPECT_EQ(Load(0644), path_ + ": open to everybody; run: chmod o= " + path_);
  EXPECT_EQ(Load(0660), path_ + ": writable by its group; run: chmod g-w " + path_);
}

TEST_F(KeyFileTest, SaysWhatIsWrongWithIt) {
  std::string error;
  EXPECT_FALSE(PrivateKey::Load(dir_ / "none", error));
  EXPECT_EQ(error, dir_ / "none" + ": cannot be read: No such file or directory");
  dir_.Write("key.pem", "nonsense");
  EXPECT_EQ(Load(0600), path_ + ": not a private key in PEM form without a password");
  error.clear();
  EXPECT_FALSE(PrivateKey::Load("/dev/null", error));
  EXPECT_EQ(error, "/dev/null: not a regular file");
}

TEST_F(KeyFileTest, ShortAndOtherKeysAreRefused) {
  EXPECT_THROW(PrivateKey::Generate(PrivateKey::Kind::kRsa, 512), std::runtime_error);
}

}  // namespace
}  // namespace spillway
