// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/dmarc_record.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

DmarcRecord Parse(std::string_view text) {
  const auto record = ParseDmarcRecord(text);
  EXPECT_TRUE(record) << text;
  return record.value_or(DmarcRecord{});
}

TEST(DmarcRecord, Section47Tags) {
  const DmarcRecord record = Parse(
      "v=DMARC1; p=Reject; sp=quarantine; np=none; adkim=s; aspf=S; t=y; psd=n; "
      "rua=mailto:d@example.org");
  EXPECT_EQ(record.policy, DmarcPolicy::kReject);
  EXPECT_EQ(record.subdomains, DmarcPolicy::kQuarantine);
  EXPECT_EQ(record.non_existent, DmarcPolicy::kNone);
  EXPECT_TRUE(record.strict_dkim && record.strict_spf && record.testing && record.usable);
  EXPECT_EQ(record.psd, DmarcPsd::kNo);
}

TEST(DmarcRecord, Defaults) {
  const DmarcRecord record = Parse("v=DMARC1;p=quarantine");
  EXPECT_EQ(record.policy, DmarcPolicy::kQuarantine);
  EXPECT_FALSE(record.subdomains || record.non_existent);
  EXPECT_FALSE(record.strict_dkim || record.strict_spf || record.testing);
  EXPECT_EQ(record.psd, DmarcPsd::kUnknown);
}

TEST(DmarcRecord, VersionIsFirstAndCaseSensitive) {
  for (const char* text : {"", "v=DMARC2; p=none", "v=dmarc1; p=none", "p=none; v=DMARC1",
                           "V=dmarc1; p=none", "v=DMARC1 p=none", "v=spf1 -all", "v"})
    EXPECT_FALSE(ParseDmarcRecord(text)) << text;
  for (const char* text :
       {"v=DMARC1", "v = DMARC1 ; p = none", " v=DMARC1;", "V=DMARC1", "v=DMARC1;;p=none"})
    EXPECT_TRUE(ParseDmarcRecord(text)) << text;
}

TEST(DmarcRecord, WithoutAValidPolicyTheReportAddressDecides) {
  EXPECT_FALSE(Parse("v=DMARC1; p=bogus").usable);
  EXPECT_FALSE(Parse("v=DMARC1").usable);
  EXPECT_FALSE(Parse("v=DMARC1; p=bogus; rua=nobody").usable);
  const DmarcRecord record = Parse("v=DMARC1; p=bogus; rua=mailto:d@example.org");
  EXPECT_TRUE(record.usable);
  EXPECT_EQ(record.policy, DmarcPolicy::kNone);
}

// Section 4.10.1: one bad policy spoils them all.
TEST(DmarcRecord, SubdomainPoliciesMustBeValidToo) {
  for (const char* tag : {"sp=bogus", "np=bogus", "sp=", "np=; sp=none"}) {
    const std::string text = "v=DMARC1; p=reject; " + std::string(tag);
    EXPECT_FALSE(Parse(text).usable) << tag;
    const DmarcRecord record = Parse(text + "; rua=,mailto:d@example.org");
    EXPECT_TRUE(record.usable) << tag;
    EXPECT_EQ(record.policy, DmarcPolicy::kNone);
    EXPECT_FALSE(record.subdomains || record.non_existent);
  }
}

TEST(DmarcRecord, HistoricalAndUnknownTagsArePassedOver) {
  EXPECT_EQ(Parse("v=DMARC1; p=reject; pct=0; rf=afrf; ri=60; x=y; psd=bogus; =; junk"),
            Parse("v=DMARC1; p=reject"));
  EXPECT_EQ(Parse("v=DMARC1; p=reject; p=none").policy, DmarcPolicy::kReject);
}

}  // namespace
}  // namespace spillway
