// SPDX-License-Identifier: BSD-2-Clause
#include "milter/telemetry/recorder.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <cstddef>
#include <random>

#include "milter/telemetry/reader.h"
#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
const TimePoint kStart = TimePoint(seconds(100));

class TelemetryTest : public testing::Test {
 protected:
  std::unique_ptr<Recorder> NewWriter() {
    return std::make_unique<Recorder>(path_, std::vector<std::string>{"spf", "dkim"},
                                      milliseconds(1000), kStart);
  }
  static telemetry::Record RecordOf(int64_t number) {
    telemetry::Record record;
    record.start = number;
    record.end = -number;  // to see that a record is whole
    return record;
  }

  TempDir dir_;
  const std::string path_ = dir_ / "telemetry";
  TelemetryReader reader_{path_};
};

TEST_F(TelemetryTest, ReaderWithoutAWriterSaysWhy) {
  EXPECT_FALSE(reader_.Refresh());
  EXPECT_NE(reader_.error().find(path_), std::string::npos);
}

TEST_F(TelemetryTest, RecordsArriveInOrderAndOnce) {
  const auto writer = NewWriter();
  for (int i = 1; i <= 5; ++i) writer->Push(RecordOf(i));
  ASSERT_TRUE(reader_.Refresh());
  EXPECT_EQ(reader_.Take(3).size(), 3U);
  const auto rest = reader_.Take(100);
  ASSERT_EQ(rest.size(), 2U);
  EXPECT_EQ(rest[0].start, 4);
  EXPECT_EQ(reader_.Value(telemetry::Counter::kMessages), 5U);
  EXPECT_STREQ(reader_.preamble().check_names[1].data(), "dkim");
}

TEST_F(TelemetryTest, InFlightShowsStartTimes) {
  const auto writer = NewWriter();
  const int a = writer->Enter(kStart);
  const int b = writer->Enter(kStart + seconds(1));
  ASSERT_TRUE(reader_.Refresh());
  EXPECT_EQ(reader_.InFlight().size(), 2U);
  writer->Leave(a);
  EXPECT_EQ(reader_.InFlight(), std::vector<int64_t>{Nanoseconds(kStart + seconds(1))});
  writer->Leave(b);
  EXPECT_TRUE(reader_.InFlight().empty());
}

TEST_F(TelemetryTest, MoreInFlightThanSlotsIsCountedAndHarmless) {
  const auto writer = NewWriter();
  for (size_t i = 0; i < telemetry::kSlots; ++i) ASSERT_GE(writer->Enter(kStart), 0);
  EXPECT_EQ(writer->Enter(kStart), -1);
  writer->Leave(-1);
  ASSERT_TRUE(reader_.Refresh());
  EXPECT_EQ(reader_.Value(telemetry::Counter::kSlotsMissed), 1U);
}

TEST_F(TelemetryTest, FullQueueDropsAndCounts) {
  const auto writer = NewWriter();
  for (size_t i = 0; i < telemetry::kQueueCapacity + 100; ++i) writer->Push(RecordOf(1));
  ASSERT_TRUE(reader_.Refresh());
  const auto taken = reader_.Take(1000000).size();
  EXPECT_EQ(taken + reader_.Value(telemetry::Counter::kRecordsDropped),
            telemetry::kQueueCapacity + 100);
  EXPECT_GE(reader_.Value(telemetry::Counter::kRecordsDropped), 1U);
}

TEST_F(TelemetryTest, NewWriterIsANewGeneration) {
  auto first = NewWriter();
  first->Push(RecordOf(1));
  ASSERT_TRUE(reader_.Refresh());
  EXPECT_EQ(reader_.preamble().generation, 1U);
  first.reset();
  const auto second = NewWriter();
  second->Push(RecordOf(2));
  EXPECT_EQ(reader_.Take(10).at(0).start, 1);  // the old file stays readable
  ASSERT_TRUE(reader_.Refresh());
  EXPECT_EQ(reader_.preamble().generation, 2U);
  EXPECT_EQ(reader_.Take(10).at(0).start, 2);
}

TEST_F(TelemetryTest, HeartbeatShowsSilence) {
  const auto writer = NewWriter();
  ASSERT_TRUE(reader_.Refresh());
  EXPECT_EQ(reader_.Silence(kStart + seconds(3)), 3000000000);
  writer->Beat(kStart + seconds(3));
  EXPECT_EQ(reader_.Silence(kStart + seconds(3)), 0);
}

// As by a wild write in the filter; what the reader gives out stays within its bounds.
TEST_F(TelemetryTest, ADamagedFileHurtsNoReader) {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    auto writer = NewWriter();
    for (int i = 1; i <= 50; ++i) writer->Push(RecordOf(i));
    std::string octets = dir_.Read("telemetry");
    for (int i = 0; i < 300; ++i) octets[64 + random() % 40000] = static_cast<char>(random());
    for (int i = 0; i < 300; ++i)
      octets[offsetof(telemetry::Region, records) + random() % 12000] = static_cast<char>(random());
    writer.reset();
    dir_.Write("telemetry", octets);
    TelemetryReader reader(path_);
    ASSERT_TRUE(reader.Refresh()) << reader.error();
    EXPECT_LE(reader.preamble().check_count, telemetry::kMaxChecks);
    for (const auto& [check, figures] : reader.Servers())
      EXPECT_LT(check.size() + figures.name.size(), 100U);
    for (const telemetry::Record& record : reader.Take(1000)) {
      EXPECT_LE(record.check_count, telemetry::kMaxChecks);
      EXPECT_EQ(record.waits_for.back(), 0);
    }
    if (reader.mapped()) continue;
    EXPECT_NE(reader.error().find("damaged"), std::string::npos);
    EXPECT_FALSE(reader.Refresh());
    writer = NewWriter();
    EXPECT_TRUE(reader.Refresh());
  }
}

TEST_F(TelemetryTest, OtherFilesAreRefused) {
  dir_.Write("telemetry", "not telemetry");
  EXPECT_FALSE(reader_.Refresh());
  dir_.Write("telemetry", std::string(sizeof(telemetry::Region), 'x'));
  EXPECT_FALSE(reader_.Refresh());
  EXPECT_NE(reader_.error().find("not a telemetry file"), std::string::npos);
}

// A child that writes as fast as it can until it is killed; told by a byte on the pipe that it
// began.
pid_t StartWriter(const std::string& path) {
  int begun[2];
  if (::pipe(begun) != 0) return -1;
  const pid_t child = ::fork();
  if (child == 0) {
    Recorder writer(path, {"spf"}, milliseconds(1000), kStart);
    for (int64_t i = 1;; ++i) {
      const int slot = writer.Enter(kStart);
      telemetry::Record record;
      record.start = i;
      record.end = -i;
      writer.Push(record);
      writer.Leave(slot);
      if (i == 100 && ::write(begun[1], "x", 1) != 1) ::_exit(1);
    }
  }
  char byte = 0;
  ::close(begun[1]);
  [[maybe_unused]] const ssize_t n = ::read(begun[0], &byte, 1);
  ::close(begun[0]);
  return child;
}

TEST_F(TelemetryTest, WriterKilledInTheMiddleLeavesNothingTorn) {
  for (uint64_t round = 1; round <= 20; ++round) {
    const pid_t child = StartWriter(path_);
    ASSERT_GT(child, 0);
    ASSERT_TRUE(reader_.Refresh());
    ASSERT_EQ(reader_.preamble().generation, round);
    for (const auto& record : reader_.Take(200 + 37 * round)) ASSERT_EQ(record.start, -record.end);
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    size_t left = 0;
    for (const auto& record : reader_.Take(telemetry::kQueueCapacity * 2)) {
      ASSERT_EQ(record.start, -record.end);
      ++left;
    }
    EXPECT_LE(left, telemetry::kQueueCapacity);
    EXPECT_TRUE(reader_.Take(10).empty());
  }
}

}  // namespace
}  // namespace spillway
