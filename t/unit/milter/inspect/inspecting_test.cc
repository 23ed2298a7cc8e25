// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/inspecting.h"

#include <gtest/gtest.h>

#include <thread>

namespace spillway {
namespace {

const SystemClock kClock;

TEST(Inspecting, LateIsNull) {
  Inspecting inspecting;
  Waited waited;
  EXPECT_EQ(inspecting.Wait(Deadline(kClock.Now()), waited), nullptr);
  EXPECT_EQ(waited.missing, "the inspector");
}

TEST(Inspecting, CallsBeforeItIsWaitedFor) {
  Inspecting inspecting;
  std::string heard;
  inspecting.WhenDone([&](const InspectionOutcome& outcome) { heard = outcome.down; });
  EXPECT_EQ(heard, "");
  std::thread other([&] { inspecting.Complete({.found = {}, .down = "x"}); });
  Waited waited;
  const InspectionOutcome* outcome =
      inspecting.Wait(Deadline(kClock.Now() + std::chrono::seconds(20)), waited);
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
