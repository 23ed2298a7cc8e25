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
  EXPECT_EQ(journal.Note(IncidentMoment(IncidentState(Regime::kHealthy), {}, {}, 3, kIncidentWall)),
            "");
  const std::string line = journal.Note(IncidentMoment(
      IncidentState(Regime::kShedding), {}, {"spf", 1.5, "silent.example/TXT"}, 60, kIncidentWall));
  EXPECT_NE(line.find("state=shedding cause=slots incident=20251124-160000"), std::string::npos)
      << line;
  EXPECT_NE(line.find("check=spf waits_for=silent.example/TXT"), std::string::npos) << line;
  EXPECT_EQ(
      journal.Note(IncidentMoment(IncidentState(Regime::kShedding), {}, {}, 70, kIncidentWall + 1)),
      "");
  journal.Note(IncidentMoment(IncidentState(Regime::kRecovering), {}, {}, 5, kIncidentWall + 600));
  journal.Note(IncidentMoment(IncidentState(Regime::kHealthy), {}, {}, 5, kIncidentWall + 4800));
  EXPECT_EQ(journal.incident(), "");
  const std::string text = journal.Tail(1 << 20);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
}

TEST(Journal, PeaksAndCountsAreTheIncidentsOwn) {
  const TempDir dir;
  Journal journal(dir / "journal");
  ShedderCounts counts;
  counts.refused = 100;
  journal.Note(IncidentMoment(IncidentState(Regime::kShedding), counts, {}, 60, kIncidentWall));
  LimiterState worse = IncidentState(Regime::kShedding);
  worse.mean = 40;
  journal.Watch(worse, 95);
  counts.refused = 130;
  journal.Note(IncidentMoment(IncidentState(Regime::kHealthy), counts, {}, 5, kIncidentWall + 60));
  const std::string text = journal.Tail(1 << 20);
  EXPECT_NE(text.find("\"refused\":30,"), std::string::npos) << text;
  EXPECT_NE(text.find("\"peak_mean_seconds\":40,\"peak_sessions\":95"), std::string::npos);
}

TEST(Journal, OutlivesARestart) {
  const TempDir dir;
  Journal(dir / "journal")
      .Note(IncidentMoment(IncidentState(Regime::kShedding), {}, {}, 60, kIncidentWall));
  Journal again(dir / "journal");
  again.NoteEvent("filter absent", "filter=absent was=fine", kIncidentWall + 5);
  EXPECT_NE(again.Tail(1 << 20).find("20251124-160000"), std::string::npos);
  EXPECT_NE(again.Tail(1 << 20).find("filter absent"), std::string::npos);
}

// A restart in the middle of an incident is not another incident.
TEST(Journal, GoesOnWithTheIncidentAfterARestart) {
  const TempDir dir;
  ShedderCounts counts;
  counts.refused = 100;
  Journal first(dir / "journal");
  first.Note(IncidentMoment(IncidentState(Regime::kShedding), {}, {}, 60, kIncidentWall));
  first.Leave(IncidentMoment(IncidentState(Regime::kShedding), counts, {}, 60, kIncidentWall + 90));

  Journal again(dir / "journal");
  again.Continue(kIncidentWall + 100);
  EXPECT_EQ(again.incident(), "20251124-160000");
  const LimiterState healthy = IncidentState(Regime::kHealthy);
  EXPECT_EQ(again.Note(IncidentMoment(healthy, {}, {}, 60, kIncidentWall + 101)), "")
      << "it has hardly looked yet";
  EXPECT_EQ(
      again.Note(IncidentMoment(IncidentState(Regime::kShedding), {}, {}, 60, kIncidentWall + 102)),
      "");
  counts.refused = 7;
  EXPECT_NE(again.Note(IncidentMoment(healthy, counts, {}, 5, kIncidentWall + 600)), "");
  const std::string text = again.Tail(1 << 20);
  EXPECT_NE(text.find("\"refused\":107,"), std::string::npos) << text;
  EXPECT_NE(text.find("\"seconds\":600,"), std::string::npos) << text;

  Journal later(dir / "journal");
  later.Continue(kIncidentWall + 700);
  EXPECT_EQ(later.incident(), "") << "it was over";
}

TEST(Journal, DamagedLinesAreNoIncident) {
  const TempDir dir;
  for (const char* line :
       {R"({"cause":"slots","event":"shedding"})", R"({"cause":"slots","event":5})", "{\"cut",
        R"({"cause":"slots","event":"shedding","incident":7,"refused":null})"}) {
    std::ofstream(dir / "journal") << line << "\n";
    Journal journal(dir / "journal");
    journal.Continue(kIncidentWall);
    EXPECT_EQ(journal.incident(), "") << line;
  }
}

TEST(Journal, TellsOfTheIncidentWhileItRuns) {
  const TempDir dir;
  Journal journal(dir / "journal");
  LimiterState state = IncidentState(Regime::kShedding);
  EXPECT_EQ(journal.Now(IncidentMoment(state, {}, {}, 60, kIncidentWall), ""), "");
  journal.Note(IncidentMoment(state, {}, {}, 60, kIncidentWall));
  state.throughput = 20;
  state.arrivals = 10;
  ShedderCounts counts;
  counts.refused = 400;
  counts.came_back = 100;
  const std::string now =
      journal.Now(IncidentMoment(state, counts, {}, 90, kIncidentWall + 30), "192.0.2.1 (7)");
  EXPECT_NE(now.find("\"drain_seconds\":30,"), std::string::npos) << now;
  EXPECT_NE(now.find("\"largest\":\"192.0.2.1 (7)\""), std::string::npos) << now;
  EXPECT_NE(now.find("\"seconds\":30,"), std::string::npos) << now;
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
