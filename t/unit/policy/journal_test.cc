// SPDX-License-Identifier: BSD-2-Clause
#include "policy/journal.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

constexpr int64_t kWall = 1'764'000'000;  // 2025-11-24T16:00:00Z

ControlState In(Regime regime, Cause cause = Cause::kSlots) {
  ControlState state;
  state.regime = regime;
  state.cause = cause;
  state.mean = 12.5;
  state.limit = 24;
  return state;
}

TEST(Journal, OneLineForEachChange) {
  const TempDir dir;
  Journal journal(dir / "journal");
  EXPECT_EQ(journal.Note(In(Regime::kHealthy), {}, {}, 3, kWall), "");
  const std::string line =
      journal.Note(In(Regime::kShedding), {}, {"spf", 1.5, "silent.example/TXT"}, 60, kWall);
  EXPECT_NE(line.find("state=shedding cause=slots incident=20251124-160000"), std::string::npos)
      << line;
  EXPECT_NE(line.find("check=spf waits_for=silent.example/TXT"), std::string::npos) << line;
  EXPECT_EQ(journal.Note(In(Regime::kShedding), {}, {}, 70, kWall + 1), "");
  journal.Note(In(Regime::kRecovering), {}, {}, 5, kWall + 600);
  journal.Note(In(Regime::kHealthy), {}, {}, 5, kWall + 4800);
  EXPECT_EQ(journal.incident(), "");
  const std::string text = journal.Tail(1 << 20);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
}

TEST(Journal, PeaksAndCountsAreTheIncidentsOwn) {
  const TempDir dir;
  Journal journal(dir / "journal");
  GateCounts counts;
  counts.refused = 100;
  journal.Note(In(Regime::kShedding), counts, {}, 60, kWall);
  ControlState worse = In(Regime::kShedding);
  worse.mean = 40;
  journal.Watch(worse, 95);
  counts.refused = 130;
  journal.Note(In(Regime::kHealthy), counts, {}, 5, kWall + 60);
  const std::string text = journal.Tail(1 << 20);
  EXPECT_NE(text.find("\"refused\": 30,"), std::string::npos) << text;
  EXPECT_NE(text.find("\"peak_mean_seconds\": 40, \"peak_sessions\": 95"), std::string::npos);
}

TEST(Journal, OutlivesARestart) {
  const TempDir dir;
  Journal(dir / "journal").Note(In(Regime::kShedding), {}, {}, 60, kWall);
  Journal again(dir / "journal");
  again.NoteEvent("filter absent", "filter=absent was=fine", kWall + 5);
  EXPECT_NE(again.Tail(1 << 20).find("20251124-160000"), std::string::npos);
  EXPECT_NE(again.Tail(1 << 20).find("filter absent"), std::string::npos);
}

TEST(Journal, TailIsWholeLines) {
  const TempDir dir;
  Journal journal(dir / "journal");
  for (int i = 0; i < 10; ++i) journal.NoteEvent("order", "open for 60 s", kWall + i);
  const std::string tail = journal.Tail(250);
  EXPECT_LE(tail.size(), 250U);
  EXPECT_TRUE(tail.starts_with("{")) << tail;
}

TEST(Journal, FileThatCannotBeWrittenIsSaid) {
  Journal journal("/nonexistent/journal");
  journal.NoteEvent("order", "open", kWall);
  EXPECT_NE(journal.error().find("/nonexistent/journal"), std::string::npos);
}

}  // namespace
}  // namespace spillway
