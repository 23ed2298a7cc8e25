// SPDX-License-Identifier: BSD-2-Clause
#include "milter/client/learned_devices.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "milter/base/replace_file.h"
#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

Ip Address(const char* text) {
  return Ip::Parse(text).value();
}

TEST(LearnedDevices, FollowTheFile) {
  const TempDir dir;
  const std::string path = LearnedDevicesPath(dir / "telemetry");
  LearnedDevices devices(path);
  devices.Refresh();
  EXPECT_FALSE(devices.Contains(Address("10.1.0.7")));
  ReplaceFile(path, FormatLearnedDevices({{Address("10.1.0.7"), Address("2001:db8::7")}, {}}),
              0644);
  devices.Refresh();
  EXPECT_TRUE(devices.Contains(Address("10.1.0.7")));
  EXPECT_FALSE(devices.Contains(Address("10.1.0.8")));
  EXPECT_TRUE(devices.Contains(Address("2001:db8::ffff")));  // the same /64
  EXPECT_FALSE(devices.Contains(Address("2001:db8:0:1::7")));
  ReplaceFile(path, "", 0644);
  devices.Refresh();
  EXPECT_FALSE(devices.Contains(Address("10.1.0.7")));
}

TEST(LearnedDevices, UsersByTheirWholeName) {
  const TempDir dir;
  const std::string path = dir / "devices";
  LearnedDevices devices(path);
  ReplaceFile(path, FormatLearnedDevices({{}, {"scanner 2nd floor", "10.1.0.7"}}), 0644);
  devices.Refresh();
  EXPECT_TRUE(devices.ContainsUser("scanner 2nd floor"));
  EXPECT_FALSE(devices.ContainsUser("scanner"));
  EXPECT_FALSE(devices.ContainsUser(""));
  // A user's name gives no address the rights of a device.
  EXPECT_TRUE(devices.ContainsUser("10.1.0.7"));
  EXPECT_FALSE(devices.Contains(Address("10.1.0.7")));
}

TEST(LearnedDevices, NonsenseIsPassedOverAndALostFileChangesNothing) {
  const TempDir dir;
  const std::string path = dir / "devices";
  ReplaceFile(path, "printer\n\n10.1.0.7\n10.1.0.8 x\n", 0644);
  LearnedDevices devices(path);
  devices.Refresh();
  EXPECT_TRUE(devices.Contains(Address("10.1.0.7")));
  EXPECT_FALSE(devices.Contains(Address("10.1.0.8")));
  std::filesystem::remove(path);
  devices.Refresh();
  EXPECT_TRUE(devices.Contains(Address("10.1.0.7")));
}

}  // namespace
}  // namespace spillway
