// SPDX-License-Identifier: BSD-2-Clause
#include "milter/scan/line.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using std::chrono::seconds;

TimePoint At(int second) {
  return TimePoint(seconds(second));
}

class WaitingLineTest : public testing::Test {
 protected:
  LinePlace Enter(bool device, int deadline, char who) {
    const LinePlace place = line_.Next(device, At(deadline));
    line_.Enter(place, who);
    return place;
  }
  std::string Order() {
    std::string out;
    for (; !line_.empty(); line_.LeaveFront()) out += line_.front();
    return out;
  }
  WaitingLine<char> line_;
};

TEST_F(WaitingLineTest, DevicesThenDeadlinesThenAsTheyCame) {
  Enter(false, 9, 'e');
  Enter(false, 3, 'c');
  Enter(true, 9, 'b');
  Enter(false, 3, 'd');
  Enter(true, 8, 'a');
  EXPECT_EQ(Order(), "abcde");
}

TEST_F(WaitingLineTest, WhoLeavesIsNotServed) {
  Enter(false, 1, 'a');
  const LinePlace b = Enter(false, 2, 'b');
  Enter(false, 3, 'c');
  line_.Leave(b);
  line_.Leave(b);
  EXPECT_EQ(line_.size(), 2U);
  EXPECT_EQ(Order(), "ac");
}

TEST_F(WaitingLineTest, CountsWhoIsAhead) {
  Enter(false, 1, 'a');
  Enter(false, 2, 'b');
  EXPECT_EQ(line_.Ahead(line_.Next(false, At(2))), 2U);
  EXPECT_EQ(line_.Ahead(line_.Next(false, At(1))), 1U);
  EXPECT_EQ(line_.Ahead(line_.Next(true, At(9))), 0U);
}

}  // namespace
}  // namespace spillway
