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
  journal.Note(IncidentState(Regime::kShedding), {}, {"scan", 25, ""}, 60, kIncidentWall);
  journal.Note(IncidentState(Regime::kHealthy), {}, {}, 5, kIncidentWall + 1200);
  const std::string text = journal.Tail(1 << 20) + "{\"cut short";
  EXPECT_EQ(IncidentsAsText(text, ""),
            "20251124-160000  2025-11-24T16:00:00Z  20 min, slots, peak 12.50 s, refused 0\n");
  const std::string line = IncidentsAsText(text, "20251124-160000");
  EXPECT_NE(line.find("2025-11-24T16:00:00Z  Refusing new connections (limit 24): half of the SMTP "
                      "slots are taken and messages are slow; scan takes 25.00 s"),
            std::string::npos)
      << line;
  EXPECT_NE(line.find("2025-11-24T16:20:00Z  Over."), std::string::npos) << line;
  EXPECT_EQ(IncidentsAsText("", ""), "no incidents\n");
  EXPECT_EQ(IncidentsAsText(text, "x"), "no incident x\n");
}

}  // namespace
}  // namespace spillway
