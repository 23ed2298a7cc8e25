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
  double share = 1;        // of the messages that it concerns
};
struct Surge {
  Milliseconds at{0}, length{600000};
  double factor = 3;  // of the new mail offered
};

// Clients that only hold a connection.
struct Idle {
  Milliseconds at{0}, length{600000};
  int64_t clients = 50;
};
// The policy daemon is started again.
struct Restart {
  Milliseconds at{0};
};

struct Scenario {
  int64_t seed = 1;
  Milliseconds duration{3600000};
  int64_t slots = 100;         // SMTP server processes
  int64_t backlog = 128;       // connections that wait for one
  int64_t told_slots = 0;      // what the controllers are told; 0: the truth
  int64_t workers = 20;        // what the scanner really does at once
  double service_mean = 1;     // seconds
  double service_sigma = 0.5;  // of the logarithm
  int64_t cores = 2;           // of the filter's own work
  double processor = 0;        // seconds that a message takes of it
  double dialogue = 0;         // seconds of SMTP before the end of a message, the median
  double dialogue_sigma = 1;   // of the logarithm
  Milliseconds budget{60000};
  std::string on_timeout = "accept";  // or "tempfail", or "required": devices too
  double offered_per_s = 10;
  double device_share = 0.1;
  double printer_share = 0;            // devices in the internal networks that nobody has listed
  double submission_share = 0;         // authenticated users; they do not try again by themselves
  double bot_share = 0;                // of addresses that are new, and never come again
  double messages_per_connection = 1;  // of mail servers, while they have more
  Milliseconds device_patience{60000};
  double daily = 0;   // 0..1: how much the load follows the hours of the day
  int64_t mtas = 40;  // sending hosts: half like Postfix, a quarter like Exchange, a quarter fixed
  std::vector<Fault> faults;
  std::vector<Surge> surges;
  std::vector<Idle> idles;
  std::vector<Restart> restarts;
  Constants law;  // of the shipped law, for experiments

  // Factor of the service time, hang, and factor of the load at a time in seconds.
  double MultiplierAt(double t) const;
  bool HangsAt(double t) const;
  bool IdleAt(double t) const;
  double FactorAt(double t) const;
  // Inside a fault or a surge?
  bool EventAt(double t) const;
  // Has one begun at most so many seconds ago?
  bool BeganWithin(double t, double seconds) const;
  double FirstEvent() const;  // begin of the first fault or surge; without one, the scenario's end
  double ToldSlots() const { return static_cast<double>(told_slots > 0 ? told_slots : slots); }
  double LastBegin() const;  // begin of the last one; without one, the scenario's end
  double LastEvent() const;  // end of the last fault or surge; without one, 0
};

struct ScenarioResult {
  Scenario scenario;
  std::vector<std::string> errors;
};
ScenarioResult ParseScenario(std::string_view text, const std::string& name);

}  // namespace spillway::sim
