// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/door_wait.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

class DoorWaitTest : public ::testing::Test {
 protected:
  // So many wait, of at most 100, and so many a second are accepted; the wait at the end.
  double Run(double waiting, double per_second, double seconds) {
    double wait = 0;
    for (double t = 0; t < seconds; t += 0.25) {
      now_ += std::chrono::milliseconds(250);
      accepted_ += per_second / 4;
      wait = door_.Update(now_, waiting, 100, accepted_);
    }
    return wait;
  }
  DoorWait door_{Constants()};
  TimePoint now_ = TimePoint() + std::chrono::hours(1);
  double accepted_ = 0;
};

TEST_F(DoorWaitTest, IsNoneWhereNobodyWaits) {
  EXPECT_EQ(Run(0, 5, 20), 0);
  EXPECT_EQ(Run(0, 0, 20), 0);
}

TEST_F(DoorWaitTest, IsLittlesLaw) {
  EXPECT_NEAR(Run(20, 2, 20), 10, 0.5);
  EXPECT_NEAR(Run(20, 40, 20), 0.5, 0.1);
}

TEST_F(DoorWaitTest, GrowsWhileNothingIsAccepted) {
  Run(0, 10, 20);
  EXPECT_LT(Run(5, 0, 1), 2);
  EXPECT_NEAR(Run(5, 0, 20), 21, 1);
}

TEST_F(DoorWaitTest, AFullBacklogDropsConnections) {
  EXPECT_NEAR(Run(70, 50, 20), 1.4, 0.1);
  EXPECT_NEAR(Run(100, 50, 5), 5, 0.5) << "and has been, for five seconds";
  EXPECT_NEAR(Run(100, 50, 20), 25, 0.5);
  EXPECT_EQ(Run(0, 50, 1), 0);
  EXPECT_NEAR(Run(85, 50, 5), 5, 0.5) << "it goes up and down";
  EXPECT_EQ(Run(100, 50, 60), Constants().minute);
}

}  // namespace
}  // namespace spillway
