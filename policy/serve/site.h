// SPDX-License-Identifier: BSD-2-Clause
// This gateway as a scenario of the simulation: with the rates, times, classes and slots that were
// learned of it. For spillwayctl forecast.
#pragma once

#include <string>

#include "conf/config.h"
#include "policy/law/shedder.h"
#include "policy/watch/telemetry_follower.h"

namespace spillway {

struct Site {
  const Config& config;
  const Shedder& shedder;
  const TelemetryFollower& follower;
  double backlog = 0;  // of the MTA's sockets; 0: not known
};

// TOML, as scenario.h reads it, in which the check of that name is the scanner. "error=TEXT\n" when
// no such check runs, or too little is known yet.
std::string SiteAsScenario(const Site& site, const std::string& check);

}  // namespace spillway
