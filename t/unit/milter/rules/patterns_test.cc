// SPDX-License-Identifier: BSD-2-Clause
#include "milter/rules/patterns.h"

#include <gtest/gtest.h>

#include "t/rig/cpu_time.h"
#include "t/rig/instrumented.h"

namespace spillway {
namespace {

constexpr double kSecond = 1e6;

// Which of the patterns match, as their numbers: "02".
std::string Found(const std::vector<std::string>& patterns, std::string_view text) {
  Patterns compiled;
  std::string error;
  for (size_t i = 0; i < patterns.size(); ++i) EXPECT_TRUE(compiled.Add(patterns[i], i, error));
  EXPECT_TRUE(compiled.Compile());
  std::vector<bool> found(patterns.size());
  MatchEffort effort(100 * kSecond, {});
  compiled.Look(text, found, effort);
  std::string out;
  for (size_t i = 0; i < found.size(); ++i) out += found[i] ? std::to_string(i) : "";
  return out;
}

TEST(Patterns, OfEachKind) {
  const std::vector<std::string> all = {"gift card", "GIFT.{0,10}CARD", "^buy", "now$",
                                        "\\bcar\\b"};
  EXPECT_EQ(Found(all, "buy a gift card now"), "0123");
  EXPECT_EQ(Found(all, "a Gift, a card, a car"), "14");
  EXPECT_EQ(Found(all, ""), "");
  EXPECT_EQ(Found({"", "^$", "x"}, ""), "01");
}

// A piece is no text of its own: what stands around it counts.
TEST(Patterns, LongTextsAreOneText) {
  const std::vector<std::string> all = {"^x", "x$", "\\bx", "needle", "nee.{0,9}dle", "(?m)^b"};
  for (size_t size = 12000; size < 12600; ++size) {
    const std::string around(size, 'x');
    ASSERT_EQ(Found(all, "b" + around + "b"), "5") << size;
    ASSERT_EQ(Found(all, "b" + around + "needle" + around + "b"), "345") << size;
  }
  const std::string text = std::string(20000, 'a') + "\nb" + std::string(20000, 'a') + "x";
  EXPECT_EQ(Found(all, text), "15");
}

TEST(Patterns, AMatchMayBeThatLong) {
  for (size_t before = 0; before < 5 * Patterns::kLongestMatch; before += 1000) {
    const std::string text = std::string(before, 'x') + "begin" +
                             std::string(Patterns::kLongestMatch - 8, 'x') + "end" +
                             std::string(20000, 'x');
    ASSERT_EQ(Found({"begin.*end"}, text), "0") << before;
  }
}

TEST(Patterns, WhatCannotBeReadIsAnError) {
  Patterns patterns;
  std::string error;
  EXPECT_FALSE(patterns.Add("(", 0, error));
  EXPECT_NE(error, "");
}

// Ordinary rules, and text in which a new half match begins with nearly each word.
TEST(Patterns, TakeNoLongerThanTheyMay) {
  Patterns patterns;
  std::string error;
  size_t count = 0;
  for (const char* word : {"gift", "wire", "verify", "click", "password", "invoice", "bitcoin",
                           "urgent", "dear", "bank", "confirm", "update", "million"})
    patterns.Add(std::string(word) + ".{0,100}(zz|qq)", count++, error);
  ASSERT_TRUE(patterns.Compile());
  std::string text;
  for (unsigned i = 1; text.size() < 4000000; i = i * 1103515245 + 12345)
    text += (i & 0x10000U) != 0   ? "gift wire dear "
            : (i & 0x20000U) != 0 ? "bank click "
                                  : "update ";
  std::vector<bool> found(count);
  const double start = ThreadMicroseconds();
  MatchEffort effort(0.1 * kSecond, {});
  patterns.Look(text, found, effort);
  EXPECT_TRUE(effort.stopped());
  if (!kInstrumented) EXPECT_LT(ThreadMicroseconds() - start, 0.5 * kSecond);
}

TEST(Patterns, StopWhenNobodyWaits) {
  Patterns patterns;
  std::string error;
  patterns.Add("b+", 0, error);
  int asked = 0;
  MatchEffort effort(100 * kSecond, [&asked] { return ++asked > 3; });
  std::vector<bool> found(1);
  patterns.Look(std::string(1000000, 'a') + "b", found, effort);
  EXPECT_TRUE(effort.stopped());
  EXPECT_FALSE(found[0]);
}

}  // namespace
}  // namespace spillway
