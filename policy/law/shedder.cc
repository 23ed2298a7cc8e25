// SPDX-License-Identifier: BSD-2-Clause
// The order of things: tick, then decisions until the next tick.
#include "policy/law/shedder.h"

#include <algorithm>
#include <cmath>

namespace spillway {

Shedder::Shedder(const Limiter::Setting& setting, const Learned& learned, Clients::Options clients,
                 double least, const Constants& constants)
    : constants_(constants),
      limiter_(setting, learned, constants),
      budget_({.full = setting.budget, .least = least, .slots = setting.slots}, constants),
      brownout_(setting.budget, constants),
      clients_(std::move(clients), constants),
      admission_(constants),
      slots_(setting.slots, constants) {
  places_.slots = slots_.count();
}

void Shedder::Tick(TimePoint now, Look look) {
  slots_.Tick(now, look, responds_ && !limiter_.limiting());
  limiter_.SetSlots(slots_.count());
  budget_.SetSlots(slots_.count());
  places_.slots = slots_.count();
  CountOnTheWay(now, look);
  look.arrived = arrived_;
  look.refused = refused_;
  arrived_ = refused_ = 0;
  look.sessions = in_filter_ + on_the_way_;
  samples_.Add(now, look);
  budget_.Tick(now, samples_, look.ages, limiter_.learned().no_load);
  look.curable = budget_.obeyed();
  limiter_.Tick(now, look, samples_);
  brownout_.Tick(now, samples_);
  if (override_.mode != OverrideMode::kAuto && now >= override_.until) override_ = {};
  SetPlaces();
}

// Of the sessions that are held, those whose message is on its way: what comes to the filter a
// second, times the dialogue before (Little's law); or, after silence, who was admitted within that
// time. Who says nothing for longer is not on the way.
void Shedder::CountOnTheWay(TimePoint now, const Look& look) {
  const double life = std::max(InSeconds(kTick), budget_.dialogue());
  admitted_ = admitted_ * std::exp(-InSeconds(now - ticked_) / life) + (arrived_ - refused_);
  ticked_ = now;
  in_filter_ = static_cast<double>(look.ages.size());
  held_ = look.held;
  on_the_way_ = std::min(std::max(admitted_, budget_.arrivals() * budget_.dialogue()),
                         std::max(0.0, held_ - in_filter_));
}

// Sessions that count for the limit. Since the last tick, sessions have come and gone.
double Shedder::Counted(double held) const {
  if (places_.by_slots) return held;
  return std::max(0.0, in_filter_ + on_the_way_ + held - held_);
}

void Shedder::FilterResponds(bool responds) {
  if (responds == responds_) return;
  responds_ = responds;
  SetPlaces();
}

void Shedder::Order(const Override& order) {
  override_ = order;
  SetPlaces();
}

void Shedder::SetPlaces() {
  places_.life = std::max(InSeconds(kTick), limiter_.state().hold);
  places_.limited = limiter_.limiting();
  places_.limit = limiter_.state().limit;
  places_.by_slots = override_.mode == OverrideMode::kHold || !responds_;
  places_.ordered = override_.mode == OverrideMode::kHold;
  crowded_by_idle_ = held_ >= constants_.full * slots_.count() &&
                     in_filter_ + on_the_way_ < constants_.half * held_;
  if (!responds_) {
    places_.limited = true;
    places_.limit = constants_.half * slots_.count();
  }
  if (override_.mode == OverrideMode::kOpen) places_.limited = false;
  if (override_.mode != OverrideMode::kHold) return;
  places_.limited = true;
  places_.limit = std::max(1.0, override_.hold_percent / 100 * slots_.count());
}

bool Shedder::WouldAdmit(const ClientId& client, double held, TimePoint now, int64_t wall) const {
  return admission_.WouldAdmit(clients_.Look(client, wall), places_, Counted(held), now);
}

bool Shedder::Admit(const ClientId& client, double held, TimePoint now, int64_t wall) {
  const ClientView view = clients_.Look(client, wall);
  const auto tier = static_cast<size_t>(view.tier);
  ++counts_.asked;
  ++arrived_;
  if (!admission_.Admit(view, places_, Counted(held), now)) {
    ++refused_;
    ++counts_.refused;
    ++counts_.refused_by_tier[tier];
    clients_.Refused(client, wall);
    return false;
  }
  ++counts_.admitted_by_tier[tier];
  if (view.waiting > 0) ++counts_.came_back;
  clients_.Admitted(client, wall);
  return true;
}

}  // namespace spillway
