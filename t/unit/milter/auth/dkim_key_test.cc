// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/dkim_key.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

DkimKey Select(DnsStatus status, std::vector<std::string> texts = {}) {
  DnsAnswer answer;
  answer.status = status;
  answer.texts = std::move(texts);
  return SelectDkimKey("s._domainkey.example.org", answer);
}

TEST(DkimKey, NameIsLowerCase) {
  EXPECT_EQ(DkimKeyName("SEL", "Example.ORG"), "sel._domainkey.example.org");
}

TEST(DkimKey, RecordsThatAreNoKeysAreLeftOut) {
  const DkimKey key = Select(DnsStatus::kOk, {"google-site-verification=abc", "k=rsa; p=AAAA"});
  EXPECT_EQ(key.status, DkimKey::Status::kFound);
  EXPECT_EQ(key.record, "k=rsa; p=AAAA");
}

TEST(DkimKey, SeveralKeysAreNone) {
  EXPECT_EQ(Select(DnsStatus::kOk, {"p=A", "p=B"}).status, DkimKey::Status::kUnusable);
}

TEST(DkimKey, RecordBeyondTheLibrarysBufferIsSaidToBeTooLong) {
  const DkimKey key = Select(DnsStatus::kOk, {"p=" + std::string(2000, 'A')});
  EXPECT_EQ(key.status, DkimKey::Status::kUnusable);
  EXPECT_NE(key.reason.find("too long"), std::string::npos);
}

TEST(DkimKey, MissingIsPermanentTroubleIsTemporary) {
  EXPECT_EQ(Select(DnsStatus::kNxdomain).status, DkimKey::Status::kMissing);
  EXPECT_EQ(Select(DnsStatus::kNoData).status, DkimKey::Status::kMissing);
  for (const auto status : {DnsStatus::kServfail, DnsStatus::kTimeout, DnsStatus::kLimited}) {
    EXPECT_EQ(Select(status).status, DkimKey::Status::kUnavailable);
  }
}

}  // namespace
}  // namespace spillway
