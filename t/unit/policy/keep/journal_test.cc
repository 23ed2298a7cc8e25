// SPDX-License-Identifier: BSD-2-Clause
#include "policy/keep/journal.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "t/rig/incident.h"
#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

TEST(Journal, OneLineForEachChange) {
  const TempDir dir;
  Journal journal(dir / "journal");
  EXPECT_EQ(journal.Note(IncidentState(Regime::kHealthy), {}, {}, 3, kIncidentWall), "");
  const std::string line = journal.Note(IncidentState(Regime::kShedding), {},
                                        {"spf", 1.5, "silent.example/TXT"}, 60, kIncidentWall);
  EXPECT_NE(line.find("state=shedding cause=slots incident=20251124-160000"), std::string::npos)
      << line;
  EXPECT_NE(line.find("check=spf waits_for=silent.example/TXT"), std::string::npos) << line;
  EXPECT_EQ(journal.Note(IncidentState(Regime::kShedding), {}, {}, 70, kIncidentWall + 1), "");
  journal.Note(IncidentState(Regime::kRecovering), {}, {}, 5, kIncidentWall + 600);
  journal.Note(IncidentState(Regime::kHealthy), {}, {}, 5, kIncidentWall + 4800);
  EXPECT_EQ(journal.incident(), "");
  const std::string text = journal.Tail(1 << 20);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
}

TEST(Journal, PeaksAndCountsAreTheIncidentsOwn) {
  const TempDir dir;
  Journal journal(dir / "journal");
  ShedderCounts counts;
  counts.refused = 100;
  journal.Note(IncidentState(Regime::kShedding), counts, {}, 60, kIncidentWall);
  LimiterState worse = IncidentState(Regime::kShedding);
  worse.mean = 40;
  journal.Watch(worse, 95);
  counts.refused = 130;
  journal.Note(IncidentState(Regime::kHealthy), counts, {}, 5, kIncidentWall + 60);
  const std::string text = journal.Tail(1 << 20);
  EXPECT_NE(text.find("\"refused\":30,"), std::string::npos) << text;
  EXPECT_NE(text.find("\"peak_mean_seconds\":40,\"peak_sessions\":95"), std::string::npos);
}

TEST(Journal, OutlivesARestart) {
  const TempDir dir;
  Journal(dir / "journal").Note(IncidentState(Regime::kShedding), {}, {}, 60, kIncidentWall);
  Journal again(dir / "journal");
  again.NoteEvent("filter absent", "filter=absent was=fine", kIncidentWall + 5);
  EXPECT_NE(again.Tail(1 << 20).find("20251124-160000"), std::string::npos);
  EXPECT_NE(again.Tail(1 << 20).find("filter absent"), std::string::npos);
}

TEST(Journal, TailIsWholeLines) {
  const TempDir dir;
  Journal journal(dir / "journal");
  for (int i = 0; i < 10; ++i) journal.NoteEvent("order", "open for 60 s", kIncidentWall + i);
  const std::string tail = journal.Tail(250);
  EXPECT_LE(tail.size(), 250U);
  EXPECT_TRUE(tail.starts_with("{")) << tail;
}

TEST(Journal, FileThatCannotBeWrittenIsSaid) {
  Journal journal("/nonexistent/journal");
  journal.NoteEvent("order", "open", kIncidentWall);
  EXPECT_NE(journal.error().find("/nonexistent/journal"), std::string::npos);
}

}  // namespace
}  // namespace spillway
