// SPDX-License-Identifier: BSD-2-Clause
#include "milter/base/log.h"

#include <gtest/gtest.h>

#include "t/rig/test_log.h"

namespace spillway {
namespace {

TEST(LogSafe, NothingAStrangerSendsMakesANewLine) {
  EXPECT_EQ(LogSafe("a\nb\r\x1b\xff"), "a\\x0ab\\x0d\\x1b\\xff");
  EXPECT_LE(LogSafe(std::string(10000, 'x'), 50).size(), 60U);
}

TEST(Log, LevelsBelowAreLeftOut) {
  TestLog log(LogLevel::kWarning);
  log.Info("one");
  log.Warning("two");
  EXPECT_EQ(log.lines(), (std::vector<std::string>{"two"}));
}

TEST(Log, RepeatsAreCountedInsteadOfWritten) {
  TestLog log;
  const TimePoint start{};
  for (int i = 0; i < 100; ++i)
    log.Limited(LogLevel::kWarning, "dns", "silent", start + std::chrono::seconds(i % 50));
  log.Limited(LogLevel::kWarning, "other", "different topic", start);
  log.Limited(LogLevel::kWarning, "dns", "silent", start + std::chrono::seconds(61));
  const auto lines = log.lines();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_NE(lines[2].find("99"), std::string::npos) << lines[2];
}

}  // namespace
}  // namespace spillway
