// SPDX-License-Identifier: BSD-2-Clause
// A scenario for spillwayctl simulate, as its TOML file says it.
#pragma once

#include <string>
#include <vector>

#include "conf/toml_file.h"
#include "policy/law/samples.h"

namespace spillway::sim {

// All times in the scenario's own clock, from 0.
struct Fault {
  Milliseconds at{0}, length{600000};
  double multiplier = 25;  // of the service time
  bool hang = false;       // nothing is finished before the fault ends
};
struct Surge {
  Milliseconds at{0}, length{600000};
  double factor = 3;  // of the new mail offered
};

struct Scenario {
  int64_t seed = 1;
  Milliseconds duration{3600000};
  int64_t slots = 100;         // SMTP server processes
  int64_t backlog = 128;       // connections that wait for one
  int64_t workers = 20;        // what the filter or its scanner really does at once
  double service_mean = 1;     // seconds
  double service_sigma = 0.5;  // of the logarithm
  Milliseconds budget{60000};
  std::string on_timeout = "accept";  // or "tempfail", or "required": devices too
  double offered_per_s = 10;
  double device_share = 0.1;
  Milliseconds device_patience{60000};
  double daily = 0;   // 0..1: how much the load follows the hours of the day
  int64_t mtas = 40;  // sending hosts: half like Postfix, a quarter like Exchange, a quarter fixed
  std::vector<Fault> faults;
  std::vector<Surge> surges;

  // Factor of the service time, hang, and factor of the load at a time in seconds.
  double MultiplierAt(double t) const;
  bool HangsAt(double t) const;
  double FactorAt(double t) const;
  // Inside a fault or a surge?
  bool EventAt(double t) const;
  // Has one begun at most so many seconds ago?
  bool BeganWithin(double t, double seconds) const;
  double FirstEvent() const;  // begin of the first fault or surge; without one, the scenario's end
  double LastEvent() const;   // end of the last fault or surge; without one, 0
};

struct ScenarioResult {
  Scenario scenario;
  std::vector<std::string> errors;
};
ScenarioResult ParseScenario(std::string_view text, const std::string& name);

}  // namespace spillway::sim
