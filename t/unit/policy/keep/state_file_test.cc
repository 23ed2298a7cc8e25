// SPDX-License-Identifier: BSD-2-Clause
#include "policy/keep/state_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

SavedState Sample() {
  SavedState state;
  state.seed = 42;
  state.learned = {.no_load = 0.5, .late_floor = 0.01, .arrivals = 3, .deferred_floor = 0.25};
  state.limit = 17;
  state.saved = 1'700'000'000;
  ClientRecord record;
  record.key = 7;
  record.kind = 'u';
  record.mail = 0x12345678;
  record.good_days = 9;
  record.last_day = 19675;
  state.clients.push_back(record);
  return state;
}

TEST(StateFile, ComesBackAsItWas) {
  const TempDir dir;
  SaveState(dir / "memory", Sample());
  const LoadedState loaded = LoadState(dir / "memory");
  EXPECT_EQ(loaded.error, "");
  EXPECT_EQ(loaded.state.seed, 42U);
  EXPECT_DOUBLE_EQ(loaded.state.learned.no_load, 0.5);
  EXPECT_DOUBLE_EQ(loaded.state.learned.deferred_floor, 0.25);
  EXPECT_DOUBLE_EQ(loaded.state.limit, 17);
  EXPECT_EQ(loaded.state.saved, 1'700'000'000);
  ASSERT_EQ(loaded.state.clients.size(), 1U);
  EXPECT_EQ(loaded.state.clients[0].mail, 0x12345678U);
  EXPECT_EQ(loaded.state.clients[0].good_days, 9U);
  EXPECT_EQ(loaded.state.clients[0].last_day, 19675U);
}

TEST(StateFile, NoFileIsNoError) {
  const TempDir dir;
  const LoadedState loaded = LoadState(dir / "memory");
  EXPECT_EQ(loaded.error, "");
  EXPECT_EQ(loaded.state.seed, 0U);
}

TEST(StateFile, EveryDamageIsNoticed) {
  const TempDir dir;
  const std::string path = dir / "memory";
  SaveState(path, Sample());
  const std::string good = dir.Read("memory");
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x40);
    std::ofstream(path, std::ios::binary) << bad;
    const LoadedState loaded = LoadState(path);
    EXPECT_NE(loaded.error, "") << "octet " << i;
    EXPECT_TRUE(loaded.state.clients.empty());
  }
  for (size_t size = 0; size < good.size(); ++size) {
    std::ofstream(path, std::ios::binary) << good.substr(0, size);
    EXPECT_NE(LoadState(path).error, "") << "cut to " << size;
  }
}

// Sample() as an older version wrote it: with its own magic, and where good_days and last_day are
// now, how often the client was admitted.
std::string OldFile(const TempDir& dir, std::string_view magic, uint32_t admitted) {
  SavedState state = Sample();
  state.clients[0].good_days = static_cast<uint16_t>(admitted);
  state.clients[0].last_day = static_cast<uint16_t>(admitted >> 16);
  SaveState(dir / "memory", state);
  std::string bytes = dir.Read("memory");
  bytes.replace(0, magic.size(), magic);
  constexpr size_t kChecksum = 72;
  bytes.replace(kChecksum, 8, 8, '\0');
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  bytes.replace(kChecksum, 8, reinterpret_cast<const char*>(&hash), 8);
  return bytes;
}

// What was learned over months must not go with an upgrade.
TEST(StateFile, OlderFormatsAreRead) {
  const TempDir dir;
  for (const char* magic : {"FLENTER4", "SPSTATE1"}) {
    dir.Write("memory", OldFile(dir, magic, 9));
    const LoadedState loaded = LoadState(dir / "memory");
    EXPECT_EQ(loaded.error, "") << magic;
    EXPECT_EQ(loaded.state.seed, 42U);
    EXPECT_DOUBLE_EQ(loaded.state.learned.no_load, 0.5);
    ASSERT_EQ(loaded.state.clients.size(), 1U);
    EXPECT_EQ(loaded.state.clients[0].mail, 0U) << "it did not know messages";
  }
  dir.Write("memory", OldFile(dir, "SPSTATE3", 9));
  EXPECT_NE(LoadState(dir / "memory").error, "");
}

// Who was admitted often was known, and stays so; the number says nothing of days.
TEST(StateFile, OlderFormatsTellWhoIsKnown) {
  const TempDir dir;
  for (const uint32_t admitted : {0U, 1U, 4U, 5U, 9U, 65536U, 100000U}) {
    dir.Write("memory", OldFile(dir, "SPSTATE1", admitted));
    const LoadedState loaded = LoadState(dir / "memory");
    ASSERT_EQ(loaded.state.clients.size(), 1U);
    const ClientRecord& record = loaded.state.clients[0];
    EXPECT_EQ(record.good_days >= Constants().times, admitted >= 5) << admitted;
    EXPECT_EQ(record.last_day, 0U);
  }
}

TEST(StateFile, FailedWriteLeavesTheOldFile) {
  const TempDir dir;
  SaveState(dir / "memory", Sample());
  std::filesystem::create_directory(dir / "memory.new");
  EXPECT_THROW(SaveState(dir / "memory", {}), std::system_error);
  EXPECT_EQ(LoadState(dir / "memory").state.seed, 42U);
}

}  // namespace
}  // namespace spillway
