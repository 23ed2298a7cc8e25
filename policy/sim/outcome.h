// SPDX-License-Identifier: BSD-2-Clause
// What a simulation counts, and what it comes to.
#pragma once

#include <array>
#include <vector>

#include "policy/sim/scenario.h"
#include "policy/sim/senders.h"

namespace spillway::sim {

// Filled by the plant as it goes.
class Outcome {
 public:
  explicit Outcome(const Scenario& scenario)
      : scenario_(scenario), late_accepted_(scenario.on_timeout == "accept") {}

  void Offered(const Host& host, double now);
  // A connection is greeted.
  void Arrived(const Host& host, const Mail& mail, double now);
  // Accepted while the client was still there.
  void Served(const Host& host, const Mail& mail, bool scanned, double now);
  // An attempt came to nothing, after `host` was greeted or not.
  void Failed(const Host& host, double now);
  // A message is gone for good.
  void Lost(const Host& host, double born);
  // With so many messages in the filter.
  void Refused(const Host& host, double now, double messages);
  void TempfailedAtEnd(double now) { last_tempfail_ = now; }
  // Once a tick.
  void Mode(bool limiting, double messages, double now);
  void End(const std::vector<Host>& hosts, double oldest_born);

  // In the events: accepted of what was possible; where late is accepted, of the attempts.
  double goodput_ratio() const;
  double unscanned() const { return Share(unscanned_in_event_, served_in_event_); }
  // Of those offered in the events.
  double device_loss() const { return Of(Group::kDevices).Loss(); }
  double submission_loss() const { return Of(Group::kUsers).Loss(); }
  double printer_loss() const { return Of(Group::kPrinters).Loss(); }
  // Refused in the events, of those that asked.
  double servers_refused() const { return Of(Group::kServers).RefusedShare(); }
  double bots_refused() const { return Of(Group::kBots).RefusedShare(); }
  uint64_t messages() const { return served_; }
  double greeting_p99() const;  // seconds, in the events

  // Seconds. time_to_shed is -1 when nobody was refused, time_to_recover -1 without an event and 0
  // without a refusal after it.
  double deferred_max_age = 0, time_to_shed = -1, time_to_recover = -1;
  uint64_t flips = 0, second_entries = 0;
  uint64_t refusals = 0, refusals_when_healthy = 0, needless_refusals = 0;
  double fairness = 1;  // Jain's index of served / offered over the mail servers

 private:
  struct Counts {
    double offered = 0, lost = 0, asked = 0, refused = 0;
    double Loss() const { return Share(lost, offered); }
    double RefusedShare() const { return Share(refused, asked); }
  };
  const Counts& Of(Group group) const { return counts_[static_cast<size_t>(group)]; }
  Counts& Of(Group group) { return counts_[static_cast<size_t>(group)]; }
  // In an event, or within a minute of the last one; printers: of the last event only.
  bool InQuestion(const Host& host, double born) const;
  bool ServiceFits(double now) const;
  bool LoadIsTheCause(double now) const;
  bool Hopeless(double now) const;

  const Scenario& scenario_;  // until End(); figures are asked later
  const bool late_accepted_;
  uint64_t served_ = 0;
  double served_in_event_ = 0, unscanned_in_event_ = 0;
  std::array<Counts, kGroups> counts_;
  std::vector<float> greetings_;
  double failed_ = 0;    // attempts, in the events
  double possible_ = 0;  // messages that could have been served in the events
  double last_tick_ = 0, last_tempfail_ = -1e9, last_refusal_ = -1;
  double arrivals_ = 0;  // a second, over a minute
  double messages_ = 0;  // in the filter, over a minute
  double last_arrival_ = 0;
  bool limiting_ = false;
  uint64_t entries_ = 0;
};

}  // namespace spillway::sim
