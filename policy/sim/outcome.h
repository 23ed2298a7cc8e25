// SPDX-License-Identifier: BSD-2-Clause
// What a simulation counts, and what it comes to.
#pragma once

#include "policy/sim/judges.h"
#include "policy/sim/senders.h"

namespace spillway::sim {

// Filled by the plant as it goes.
class Outcome {
 public:
  explicit Outcome(const Scenario& scenario) : scenario_(scenario) {}

  void Offered(const Host& host, double now);
  // Accepted while the client was still there.
  void Served(const Host& host, const Mail& mail, double now);
  // A device's message is gone for good.
  void Lost(double born);
  void Refused(double now, double sessions);
  void TempfailedAtEnd(double now) { last_tempfail_ = now; }
  void Arrived(double now);
  // Once a tick.
  void Mode(bool limiting, double sessions, double now);
  void End(const std::vector<Host>& hosts, double oldest_born);

  double goodput_ratio() const;
  double device_loss() const;
  uint64_t messages() const { return served_; }

  // Seconds. time_to_shed is -1 when nobody was refused, time_to_recover -1 without an event and 0
  // without a refusal after it.
  double deferred_max_age = 0, time_to_shed = -1, time_to_recover = -1;
  uint64_t flips = 0, second_entries = 0;
  uint64_t refusals = 0, refusals_when_healthy = 0, needless_refusals = 0;
  double fairness = 1;  // Jain's index of served / offered over the mail servers

 private:
  bool ServiceFits(double now) const;
  bool LoadIsTheCause(double now) const;
  bool Hopeless(double now) const;

  const Scenario& scenario_;
  uint64_t served_ = 0, served_in_event_ = 0;
  uint64_t device_offered_ = 0, device_lost_ = 0;
  double possible_ = 0;  // messages that could have been served in the events
  double last_tick_ = 0, last_tempfail_ = -1e9, last_refusal_ = -1;
  double arrivals_ = 0;  // a second, over a minute
  double sessions_ = 0;  // over a minute
  double last_arrival_ = 0;
  bool limiting_ = false;
  uint64_t entries_ = 0;
};

}  // namespace spillway::sim
