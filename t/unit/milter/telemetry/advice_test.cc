// SPDX-License-Identifier: BSD-2-Clause
#include "milter/telemetry/advice.h"

#include <gtest/gtest.h>

namespace spillway::telemetry {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const TimePoint kNow(std::chrono::hours(1000));

TEST(Advice, IsReadAsItWasGiven) {
  for (const int budget : {0, 1, 250, 20000, 600000}) {
    for (const unsigned without : {0U, 1U, 500U, 1000U}) {
      const auto word = PackAdvice({.budget = milliseconds(budget), .without = without}, kNow);
      const auto advice = UnpackAdvice(word, kNow + seconds(1));
      ASSERT_TRUE(advice);
      EXPECT_EQ(advice->budget, milliseconds(budget));
      EXPECT_EQ(advice->without, without);
    }
  }
}

TEST(Advice, EndsByItself) {
  const uint64_t word = PackAdvice({.budget = seconds(1)}, kNow);
  EXPECT_TRUE(UnpackAdvice(word, kNow));
  EXPECT_TRUE(UnpackAdvice(word, kNow - milliseconds(1)));
  EXPECT_TRUE(UnpackAdvice(word, kNow + kAdviceValid));
  EXPECT_FALSE(UnpackAdvice(word, kNow + kAdviceValid + milliseconds(200)));
  EXPECT_FALSE(UnpackAdvice(word, kNow - seconds(1)));
  EXPECT_FALSE(UnpackAdvice(0, kNow));
  EXPECT_FALSE(UnpackAdvice(0, TimePoint{}));
}

}  // namespace
}  // namespace spillway::telemetry
