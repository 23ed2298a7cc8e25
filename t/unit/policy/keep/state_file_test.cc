// SPDX-License-Identifier: BSD-2-Clause
#include "policy/keep/state_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

SavedState Sample() {
  SavedState memory;
  memory.seed = 42;
  memory.learned = {.no_load = 0.5, .late_floor = 0.01, .arrivals = 3, .deferred_floor = 0.25};
  memory.limit = 17;
  memory.saved = 1'700'000'000;
  ClientRecord record;
  record.key = 7;
  record.kind = 'u';
  record.admitted = 9;
  memory.clients.push_back(record);
  return memory;
}

TEST(MemoryFile, ComesBackAsItWas) {
  const TempDir dir;
  SaveState(dir / "memory", Sample());
  const LoadedState loaded = LoadState(dir / "memory");
  EXPECT_EQ(loaded.error, "");
  EXPECT_EQ(loaded.memory.seed, 42U);
  EXPECT_DOUBLE_EQ(loaded.memory.learned.no_load, 0.5);
  EXPECT_DOUBLE_EQ(loaded.memory.learned.deferred_floor, 0.25);
  EXPECT_DOUBLE_EQ(loaded.memory.limit, 17);
  EXPECT_EQ(loaded.memory.saved, 1'700'000'000);
  ASSERT_EQ(loaded.memory.clients.size(), 1U);
  EXPECT_EQ(loaded.memory.clients[0].admitted, 9U);
}

TEST(MemoryFile, NoFileIsNoError) {
  const TempDir dir;
  const LoadedState loaded = LoadState(dir / "memory");
  EXPECT_EQ(loaded.error, "");
  EXPECT_EQ(loaded.memory.seed, 0U);
}

TEST(MemoryFile, EveryDamageIsNoticed) {
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
    EXPECT_TRUE(loaded.memory.clients.empty());
  }
  for (size_t size = 0; size < good.size(); ++size) {
    std::ofstream(path, std::ios::binary) << good.substr(0, size);
    EXPECT_NE(LoadState(path).error, "") << "cut to " << size;
  }
}

TEST(MemoryFile, FailedWriteLeavesTheOldFile) {
  const TempDir dir;
  SaveState(dir / "memory", Sample());
  std::filesystem::create_directory(dir / "memory.new");
  EXPECT_THROW(SaveState(dir / "memory", {}), std::system_error);
  EXPECT_EQ(LoadState(dir / "memory").memory.seed, 42U);
}

}  // namespace
}  // namespace spillway
