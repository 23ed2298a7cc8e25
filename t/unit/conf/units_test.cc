// SPDX-License-Identifier: BSD-2-Clause
#include "conf/units.h"

#include <gtest/gtest.h>

#include <array>

namespace spillway {
namespace {

TEST(Units, DurationsAreReadInMilliseconds) {
  EXPECT_EQ(ParseDuration("250ms"), 250);
  EXPECT_EQ(ParseDuration("1s"), 1000);
  EXPECT_EQ(ParseDuration("5m"), 300000);
  EXPECT_EQ(ParseDuration("2h"), 7200000);
  EXPECT_EQ(ParseDuration("1d"), 86400000);
}

TEST(Units, AnythingElseIsNoDuration) {
  for (const char* bad : {"", "1", "s", "-1s", "1.5s", "1 s", "1sec", "99999999999999999999s",
                          "9223372036854775807d"}) {
    EXPECT_EQ(ParseDuration(bad), std::nullopt) << bad;
  }
}

TEST(Units, SizesAreReadInBytes) {
  EXPECT_EQ(ParseSize("512B"), 512);
  EXPECT_EQ(ParseSize("64KiB"), 65536);
  EXPECT_EQ(ParseSize("10MiB"), 10485760);
  EXPECT_EQ(ParseSize("1GiB"), 1073741824);
  EXPECT_EQ(ParseSize("10MB"), std::nullopt);
  EXPECT_EQ(ParseSize("9223372036854775807GiB"), std::nullopt);
}

TEST(Units, FormattingIsExactAndShort) {
  EXPECT_EQ(FormatDuration(1500), "1500ms");
  EXPECT_EQ(FormatDuration(60000), "1m");
  EXPECT_EQ(FormatSize(10485760), "10MiB");
  EXPECT_EQ(FormatSize(1000), "1000B");
}

TEST(Units, NearestSuggestsOnlyWhatIsNear) {
  const std::array<std::string_view, 3> words{"budget", "workers", "dns"};
  EXPECT_EQ(Nearest("bugdet", words), "budget");
  EXPECT_EQ(Nearest("elephant", words), "");
}

}  // namespace
}  // namespace spillway
