// SPDX-License-Identifier: BSD-2-Clause
#include "milter/scan/line.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using enum LineRank;
using std::chrono::seconds;

TimePoint At(int second) {
  return TimePoint(seconds(second));
}

class WaitingLineTest : public testing::Test {
 protected:
  LinePlace Enter(LineRank rank, int deadline, char who) {
    const LinePlace place = line_.Next(rank, At(deadline));
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

TEST_F(WaitingLineTest, DevicesThenPeopleThenDeadlinesThenAsTheyCame) {
  Enter(kOthers, 9, 'g');
  Enter(kOthers, 3, 'e');
  Enter(kSubmission, 12, 'd');
  Enter(kCannotRetry, 9, 'b');
  Enter(kOthers, 3, 'f');
  Enter(kSubmission, 11, 'c');
  Enter(kCannotRetry, 8, 'a');
  EXPECT_EQ(Order(), "abcdefg");
}

TEST_F(WaitingLineTest, WhoLeavesIsNotServed) {
  Enter(kOthers, 1, 'a');
  const LinePlace b = Enter(kOthers, 2, 'b');
  Enter(kOthers, 3, 'c');
  line_.Leave(b);
  line_.Leave(b);
  EXPECT_EQ(line_.size(), 2U);
  EXPECT_EQ(Order(), "ac");
}

TEST_F(WaitingLineTest, CountsWhoIsAhead) {
  Enter(kOthers, 1, 'a');
  Enter(kOthers, 2, 'b');
  EXPECT_EQ(line_.Ahead(line_.Next(kOthers, At(2))), 2U);
  EXPECT_EQ(line_.Ahead(line_.Next(kOthers, At(1))), 1U);
  EXPECT_EQ(line_.Ahead(line_.Next(kSubmission, At(9))), 0U);
  EXPECT_EQ(line_.Ahead(line_.Next(kCannotRetry, At(9))), 0U);
}

}  // namespace
}  // namespace spillway
