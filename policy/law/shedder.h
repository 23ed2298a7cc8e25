// SPDX-License-Identifier: BSD-2-Clause
// Limiter, clients and admission in one: what the daemon and the simulation both run. Pure.
#pragma once

#include "policy/law/admission.h"
#include "policy/law/brownout.h"
#include "policy/law/effective_budget.h"
#include "policy/law/limiter.h"
#include "policy/law/slots.h"

namespace spillway {

// What the administrator may order instead of the law.
enum class OverrideMode : uint8_t { kAuto, kOpen, kHold };
struct Override {
  OverrideMode mode = OverrideMode::kAuto;
  double hold_percent = 100;  // of the slots, for kHold
  TimePoint until;            // back to kAuto by itself
};

struct ShedderCounts {
  uint64_t asked = 0, refused = 0;
  std::array<uint64_t, 4> admitted_by_tier{}, refused_by_tier{};
  uint64_t came_back = 0;  // admitted after at least one refusal
};

class Shedder {
 public:
  // `least`: [budget] least, in seconds.
  Shedder(const Limiter::Setting& setting, const Learned& learned, Clients::Options clients,
          double least = 0, const Constants& constants = {});

  void Resume(double limit, TimePoint now) { limiter_.Resume(limit, now); }
  // `look` comes without `arrived`, `refused`, `sessions` and `curable`, which the shedder adds.
  void Tick(TimePoint now, Look look);
  // One decision for a session, or for a further message of a session that stays open. `held`: the
  // SMTP slots that are held now, without the session that asks; `wall` in Unix seconds.
  bool Admit(const ClientId& client, double held, TimePoint now, int64_t wall);

  // What Admit() would say, without counting or remembering anything.
  bool WouldAdmit(const ClientId& client, double held, TimePoint now, int64_t wall) const;

  // The filter does not respond: whoever is admitted waits for it in vain, and holds a slot
  // meanwhile. Half of the slots are for those who can come again.
  void FilterResponds(bool responds);
  bool responds() const { return responds_; }

  void Order(const Override& order);
  const Override& order() const { return override_; }
  // Refusing now, by the law or by order?
  bool limited() const { return places_.limited; }
  double limit() const { return places_.limit; }
  const Slots& slots() const { return slots_; }
  double in_filter() const { return in_filter_; }  // messages, at the last tick
  // The limit is above half of its maximum: refuse messages, not sessions. But not when hardly a
  // slot is free: a message that is refused holds a slot for the dialogue up to RCPT.
  bool mild(double held) const {
    return responds_ && places_.limit > limiter_.max_limit() / 2 &&
           held < constants_.full * slots_.count();
  }
  // Nearly all slots are held, most of them by clients that send no message: what the MTA's own
  // timeouts are for. Nobody is refused for it but clients that hold more than their share.
  bool crowded_by_idle() const { return crowded_by_idle_; }
  const Limiter& limiter() const { return limiter_; }
  const EffectiveBudget& budget() const { return budget_; }
  const Brownout& brownout() const { return brownout_; }
  const ShedderCounts& counts() const { return counts_; }
  Clients& clients() { return clients_; }
  const Clients& clients() const { return clients_; }

 private:
  void SetPlaces();
  void CountOnTheWay(TimePoint now, const Look& look);
  double Counted(double held) const;

  const Constants constants_;
  Samples samples_;
  Limiter limiter_;
  EffectiveBudget budget_;
  Brownout brownout_;
  Clients clients_;
  Admission admission_;
  Override override_;
  Places places_;
  ShedderCounts counts_;
  uint32_t arrived_ = 0, refused_ = 0;  // since the last tick
  bool responds_ = true;
  bool crowded_by_idle_ = false;
  // As of the last tick.
  TimePoint ticked_;
  double admitted_ = 0;  // sessions, within about a dialogue
  double in_filter_ = 0;
  double on_the_way_ = 0;  // sessions whose message will come to the filter
  double held_ = 0;        // slots
  Slots slots_;
};

}  // namespace spillway
