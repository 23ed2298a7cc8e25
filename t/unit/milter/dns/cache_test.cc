// SPDX-License-Identifier: BSD-2-Clause
#include "milter/dns/cache.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

DnsAnswerPtr Answer(DnsStatus status, uint32_t ttl) {
  DnsAnswer answer;
  answer.status = status;
  answer.ttl = ttl;
  return std::make_shared<DnsAnswer>(answer);
}

const DnsQuestion kName{"a.example", RrType::kA};
const TimePoint kStart{};

TEST(DnsCache, KeepsForTheTtl) {
  DnsCache cache({});
  cache.Store(kName, Answer(DnsStatus::kOk, 10), kStart);
  EXPECT_NE(cache.Find(kName, kStart + milliseconds(9999)), nullptr);
  EXPECT_EQ(cache.Find(kName, kStart + seconds(10)), nullptr);
  EXPECT_EQ(cache.Find({"a.example", RrType::kAaaa}, kStart), nullptr);
}

TEST(DnsCache, EachKindHasItsCap) {
  DnsCache cache({100, seconds(20), seconds(5), seconds(1)});
  cache.Store(kName, Answer(DnsStatus::kOk, 3600), kStart);
  EXPECT_EQ(cache.Find(kName, kStart + seconds(20)), nullptr);
  cache.Store(kName, Answer(DnsStatus::kNxdomain, 3600), kStart);
  EXPECT_NE(cache.Find(kName, kStart + seconds(4)), nullptr);
  EXPECT_EQ(cache.Find(kName, kStart + seconds(5)), nullptr);
  cache.Store(kName, Answer(DnsStatus::kTimeout, 0), kStart);
  EXPECT_NE(cache.Find(kName, kStart + milliseconds(999)), nullptr);
  EXPECT_EQ(cache.Find(kName, kStart + seconds(1)), nullptr);
}

TEST(DnsCache, WhatWasNotAskedIsNotKept) {
  DnsCache cache({});
  cache.Store(kName, Answer(DnsStatus::kLimited, 60), kStart);
  EXPECT_EQ(cache.Find(kName, kStart), nullptr);
}

TEST(DnsCache, NeverHoldsMoreThanItsEntries) {
  DnsCache cache({160, seconds(100), seconds(100), seconds(100)});
  for (int i = 0; i < 10000; ++i) {
    cache.Store({"n" + std::to_string(i), RrType::kA}, Answer(DnsStatus::kOk, 60), kStart);
  }
  int found = 0;
  for (int i = 0; i < 10000; ++i)
    found += cache.Find({"n" + std::to_string(i), RrType::kA}, kStart) != nullptr ? 1 : 0;
  EXPECT_LE(found, 160);
  EXPECT_GE(found, 100);
}

TEST(DnsCache, TheRecentlyUsedStays) {
  DnsCache cache({32, seconds(100), seconds(100), seconds(100)});  // two for each shard
  cache.Store(kName, Answer(DnsStatus::kOk, 60), kStart);
  for (int i = 0; i < 1000; ++i) {
    cache.Store({"n" + std::to_string(i), RrType::kA}, Answer(DnsStatus::kOk, 60), kStart);
    ASSERT_NE(cache.Find(kName, kStart), nullptr) << i;
  }
}

TEST(DnsCache, ZeroEntriesTurnItOff) {
  DnsCache cache({0, seconds(100), seconds(100), seconds(100)});
  cache.Store(kName, Answer(DnsStatus::kOk, 60), kStart);
  EXPECT_EQ(cache.Find(kName, kStart), nullptr);
}

}  // namespace
}  // namespace spillway
