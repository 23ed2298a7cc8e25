// SPDX-License-Identifier: BSD-2-Clause
#include "milter/scan/late_verdicts.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

constexpr TimePoint kNow{std::chrono::hours(100)};

TEST(LateVerdicts, AreThereForADay) {
  LateVerdicts verdicts;
  EXPECT_TRUE(verdicts.empty());
  verdicts.Note("a", {.back_end = 2, .when = kNow});
  ASSERT_NE(verdicts.Find("a", kNow), nullptr);
  EXPECT_FALSE(verdicts.Find("a", kNow)->reply);
  verdicts.Note("a", {.back_end = 2,
                      .reply = ScanReply{.kind = ScanReply::Kind::kInfected, .what = "Virus"},
                      .when = kNow});
  EXPECT_EQ(verdicts.Find("a", kNow)->reply->what, "Virus");
  EXPECT_EQ(verdicts.Find("b", kNow), nullptr);
  EXPECT_EQ(verdicts.Find("a", kNow + LateVerdicts::kKeep + std::chrono::seconds(1)), nullptr);
}

TEST(LateVerdicts, AreVerdictsOnly) {
  LateVerdicts verdicts;
  verdicts.Note("a", {.reply = ScanReply{.kind = ScanReply::Kind::kDefer}, .when = kNow});
  verdicts.Note("a", {.reply = ScanReply{.kind = ScanReply::Kind::kError}, .when = kNow});
  EXPECT_EQ(verdicts.Find("a", kNow), nullptr);
  verdicts.Note("a", {.reply = ScanReply{.kind = ScanReply::Kind::kInfected}, .when = kNow});
  verdicts.Note("a", {.when = kNow});
  EXPECT_TRUE(verdicts.Find("a", kNow)->reply);
}

TEST(LateVerdicts, CleanIsForgottenSooner) {
  LateVerdicts verdicts;
  verdicts.Note("a", {.reply = ScanReply{.kind = ScanReply::Kind::kClean}, .when = kNow});
  EXPECT_NE(verdicts.Find("a", kNow + LateVerdicts::kKeepClean), nullptr);
  EXPECT_EQ(verdicts.Find("a", kNow + std::chrono::hours(2)), nullptr);
}

TEST(LateVerdicts, AreBounded) {
  LateVerdicts verdicts;
  for (size_t i = 0; i <= LateVerdicts::kMax; ++i) verdicts.Note(std::to_string(i), {.when = kNow});
  EXPECT_EQ(verdicts.Find("0", kNow), nullptr);
  EXPECT_NE(verdicts.Find("1", kNow), nullptr);
  EXPECT_NE(verdicts.Find(std::to_string(LateVerdicts::kMax), kNow), nullptr);
}

}  // namespace
}  // namespace spillway
