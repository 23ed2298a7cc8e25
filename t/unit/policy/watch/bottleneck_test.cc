// SPDX-License-Identifier: BSD-2-Clause
#include "policy/watch/bottleneck.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

telemetry::Preamble Checks() {
  telemetry::Preamble preamble;
  preamble.check_count = 2;
  std::string("spf").copy(preamble.check_names[0].data(), 15);
  std::string("scan").copy(preamble.check_names[1].data(), 15);
  return preamble;
}

telemetry::Record Record(uint32_t spf_us, uint32_t scan_us, const std::string& waits_for = "") {
  telemetry::Record record;
  record.check_count = 2;
  record.check_us = {spf_us, scan_us};
  record.late = waits_for.empty() ? 0 : 1;
  waits_for.copy(record.waits_for.data(), telemetry::kWaitSize - 1);
  return record;
}

TEST(Bottleneck, NobodyWhileAllIsNormal) {
  BottleneckFinder finder;
  for (int i = 0; i < 5000; ++i) finder.Add(Record(2000, 100000), true);
  EXPECT_EQ(finder.Find(Checks()).check, "");
}

// The scanner always takes longest; what counts is what changed.
TEST(Bottleneck, TheCheckThatGrewMost) {
  BottleneckFinder finder;
  for (int i = 0; i < 5000; ++i) finder.Add(Record(2000, 100000), true);
  for (int i = 0; i < 200; ++i) finder.Add(Record(90000, 110000), false);
  const Bottleneck bottleneck = finder.Find(Checks());
  EXPECT_EQ(bottleneck.check, "spf");
  EXPECT_NEAR(bottleneck.check_seconds, 0.09, 0.01);
}

TEST(Bottleneck, WhatLateChecksWaitForMostAmongMany) {
  BottleneckFinder finder;
  for (int i = 0; i < 3000; ++i) {
    finder.Add(Record(1000000, 0, "name" + std::to_string(i) + ".example/TXT"), false);
    finder.Add(Record(1000000, 0, "silent.example/TXT"), false);
  }
  EXPECT_EQ(finder.Find(Checks()).waits_for, "silent.example/TXT");
}

}  // namespace
}  // namespace spillway
