// SPDX-License-Identifier: BSD-2-Clause
#include "milter/libmilter/drain.h"

#include <gtest/gtest.h>

#include <csignal>

namespace spillway {
namespace {

using std::chrono::milliseconds;

class DrainTest : public testing::Test {
 protected:
  void TearDown() override { SetDrainHooks({}); }
};

TEST_F(DrainTest, HangupDoesNotStop) {
  int hangups = 0;
  SetDrainHooks({.on_hangup = [&] { ++hangups; },
                 .stop_accepting = [] { FAIL(); },
                 .idle = [] { return true; }});
  EXPECT_FALSE(DrainOnSignal(SIGHUP));
  EXPECT_EQ(hangups, 1);
}

TEST_F(DrainTest, WaitsUntilIdleAfterItStoppedAccepting) {
  bool stopped = false;
  int looks = 0;
  SetDrainHooks({.on_hangup = {},
                 .stop_accepting = [&] { stopped = true; },
                 .idle =
                     [&] {
                       EXPECT_TRUE(stopped);
                       return ++looks == 3;
                     },
                 .patience = std::chrono::seconds(60)});
  EXPECT_TRUE(DrainOnSignal(SIGTERM));
  EXPECT_EQ(looks, 3);
}

TEST_F(DrainTest, PatienceEnds) {
  SetDrainHooks({.on_hangup = {},
                 .stop_accepting = [] {},
                 .idle = [] { return false; },
                 .patience = milliseconds(200)});
  EXPECT_TRUE(DrainOnSignal(SIGTERM));
}

TEST_F(DrainTest, WithoutHooksItStopsAtOnce) {
  EXPECT_TRUE(DrainOnSignal(SIGTERM));
}

}  // namespace
}  // namespace spillway
