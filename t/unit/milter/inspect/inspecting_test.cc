// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/inspecting.h"

#include <gtest/gtest.h>

#include <thread>

namespace spillway {
namespace {

const SystemClock kClock;

TEST(Inspecting, LateIsNull) {
  Inspecting inspecting;
  EXPECT_EQ(inspecting.Wait(Deadline(kClock.Now())), nullptr);
}

TEST(Inspecting, CallsBeforeItIsWaitedFor) {
  Inspecting inspecting;
  std::string heard;
  inspecting.WhenDone([&](const InspectionOutcome& outcome) { heard = outcome.down; });
  EXPECT_EQ(heard, "");
  std::thread other([&] { inspecting.Complete({.found = {}, .down = "x"}); });
  const InspectionOutcome* outcome =
      inspecting.Wait(Deadline(kClock.Now() + std::chrono::seconds(20)));
  other.join();
  ASSERT_NE(outcome, nullptr);
  EXPECT_EQ(outcome->down, "x");
  EXPECT_EQ(heard, "x");
}

TEST(Inspecting, CallsAtOnceWhenItIsDone) {
  Inspecting inspecting;
  inspecting.Complete({.found = {}, .down = "y"});
  std::string heard;
  inspecting.WhenDone([&](const InspectionOutcome& outcome) { heard = outcome.down; });
  EXPECT_EQ(heard, "y");
}

}  // namespace
}  // namespace spillway
