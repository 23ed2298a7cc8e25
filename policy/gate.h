// SPDX-License-Identifier: BSD-2-Clause
// Controller, clients and admission in one: what the daemon and the simulation both run. Pure.
#pragma once

#include "policy/admission.h"
#include "policy/controller.h"

namespace spillway {

// What the administrator may order instead of the law.
enum class OverrideMode : uint8_t { kAuto, kOpen, kHold };
struct Override {
  OverrideMode mode = OverrideMode::kAuto;
  double hold_percent = 100;  // of the slots, for kHold
  TimePoint until;            // back to kAuto by itself
};

struct GateCounts {
  uint64_t asked = 0, refused = 0;
  std::array<uint64_t, 4> admitted_by_tier{}, refused_by_tier{};
  uint64_t came_back = 0;  // admitted after at least one refusal
};

class Gate {
 public:
  Gate(const Controller::Setting& setting, const Learned& learned, Clients::Options clients);

  void Resume(double limit, TimePoint now) { controller_.Resume(limit, now); }
  // `look` without arrived and refused: the gate knows those.
  void Tick(TimePoint now, Look look);
  // One decision for one session, or for one message of a persistent one; `wall` in Unix seconds.
  bool Admit(const ClientId& client, double sessions, TimePoint now, int64_t wall);

  // What Admit() would say, without counting or remembering anything.
  bool WouldAdmit(const ClientId& client, double sessions, TimePoint now, int64_t wall) const;

  void Order(const Override& order);
  const Override& order() const { return override_; }
  // Refusing now, by the law or by order?
  bool limited() const { return places_.limited; }
  double limit() const { return places_.limit; }
  double slots() const { return slots_; }
  // More than half of what is possible is admitted: refuse messages, not sessions. But not when
  // hardly a slot is free, for that costs one the whole dialogue up to RCPT.
  bool mild(double sessions) const {
    return places_.limit > controller_.max_limit() / 2 && sessions < kNearlyFull * slots_;
  }
  const Controller& controller() const { return controller_; }
  const GateCounts& counts() const { return counts_; }
  Clients& clients() { return clients_; }
  const Clients& clients() const { return clients_; }

 private:
  static constexpr double kNearlyFull = 0.9;
  void SetPlaces();

  Controller controller_;
  Clients clients_;
  Admission admission_;
  Override override_;
  Places places_;
  GateCounts counts_;
  uint32_t arrived_ = 0, refused_ = 0;  // since the last tick
  const double slots_;
};

}  // namespace spillway
