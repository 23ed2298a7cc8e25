// SPDX-License-Identifier: BSD-2-Clause
#include "policy/ctl/incidents_view.h"

#include <gtest/gtest.h>

#include "policy/keep/journal.h"
#include "t/rig/incident.h"
#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

TEST(Incidents, ListAndTimeLine) {
  const TempDir dir;
  Journal journal(dir / "journal");
  journal.Note(
      IncidentMoment(IncidentState(Regime::kShedding), {}, {"scan", 25, ""}, 60, kIncidentWall));
  journal.Note(IncidentMoment(IncidentState(Regime::kHealthy), {}, {}, 5, kIncidentWall + 1200));
  const std::string text = journal.Tail(1 << 20) + "{\"cut short";
  EXPECT_EQ(IncidentsAsText(text, ""),
            "20251124-160000  2025-11-24T16:00:00Z  20 min, slots, peak 12.50 s, refused 0\n");
  const std::string line = IncidentsAsText(text, "20251124-160000");
  EXPECT_NE(line.find("2025-11-24T16:00:00Z  Refusing new connections (limit 24): 60 of 100 SMTP "
                      "processes busy, 30 of them in the filter; scan takes 25.00 s"),
            std::string::npos)
      << line;
  EXPECT_NE(line.find("2025-11-24T16:20:00Z  Over."), std::string::npos) << line;
  EXPECT_EQ(IncidentsAsText("", ""), "no incidents\n");
  EXPECT_EQ(IncidentsAsText(text, "x"), "no incident x\n");
}

// While an incident runs, its figures are those of now.
TEST(Incidents, TheOneThatRuns) {
  const TempDir dir;
  Journal journal(dir / "journal");
  LimiterState state = IncidentState(Regime::kShedding);
  journal.Note(IncidentMoment(state, {}, {}, 60, kIncidentWall));
  state.throughput = 20;
  state.arrivals = 10;
  ShedderCounts counts;
  counts.refused = 3000;
  const std::string text =
      journal.Tail(1 << 20) +
      journal.Now(IncidentMoment(state, counts, {}, 90, kIncidentWall + 60), "192.0.2.1 (7)");
  EXPECT_EQ(
      IncidentsAsText(text, ""),
      "20251124-160000  2025-11-24T16:00:00Z  60 s so far, slots, peak 12.50 s, refused 3000\n");
  const std::string line = IncidentsAsText(text, "20251124-160000");
  EXPECT_NE(line.find("Now: Refusing new connections"), std::string::npos) << line;
  EXPECT_NE(
      line.find("those who were refused are served in about 5 min; refused most: 192.0.2.1 (7)"),
      std::string::npos)
      << line;
}

TEST(Incidents, OldJournalsHaveNoSlots) {
  const std::string old =
      R"({"incident":"a","at":"t","event":"shedding","cause":"slots","sessions":60})";
  EXPECT_NE(IncidentsAsText(old, "a").find("half of the SMTP slots are taken"), std::string::npos);
}

}  // namespace
}  // namespace spillway
