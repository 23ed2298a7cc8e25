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
  EXPECT_EQ(key.records, (std::vector<std::string>{"k=rsa; p=AAAA"}));
}

TEST(DkimKey, SeveralAreAllTriedUpToALimit) {
  EXPECT_EQ(Select(DnsStatus::kOk, {"p=A", "p=" + std::string(2000, 'A'), "p=B"}).records,
            (std::vector<std::string>{"p=A", "p=B"}));
  EXPECT_EQ(Select(DnsStatus::kOk, std::vector<std::string>(100, "p=A")).records.size(), 4U);
}

// The shorter form of an RSA key is what the longer one ends with.
TEST(DkimKey, IsPublishedInEitherForm) {
  const std::string rest = std::string(60, 'B');
  const std::string whole = "AAAA" + rest;
  for (const std::string& record :
       std::vector<std::string>{"p=" + whole, "p=AAAA " + rest, "p=" + rest, "p=; p=x", "p=BBBB",
                                "p=C" + rest + "BBB"}) {
    const DkimKey found = Select(DnsStatus::kOk, {"v=DKIM1; p=", record});
    const bool good = record.find("AAAA") == 2 || record == "p=" + rest;
    EXPECT_EQ(IsPublished(found, whole), good) << record;
  }
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
