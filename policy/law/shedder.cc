// SPDX-License-Identifier: BSD-2-Clause
// The order of things: tick, then decisions until the next tick.
#include "policy/law/shedder.h"

#include <algorithm>

namespace spillway {

namespace {

constexpr double kShortestHold = 0.05;  // seconds; the dialogue alone takes that

}  // namespace

Shedder::Shedder(const Limiter::Setting& setting, const Learned& learned, Clients::Options clients,
                 double least)
    : limiter_(setting, learned),
      budget_({.full = setting.budget, .least = least, .slots = setting.slots}),
      brownout_(setting.budget),
      clients_(std::move(clients)),
      slots_(setting.slots) {
  places_.slots = slots_;
}

void Shedder::Tick(TimePoint now, Look look) {
  look.arrived = arrived_;
  look.refused = refused_;
  arrived_ = refused_ = 0;
  limiter_.Tick(now, look);
  budget_.Tick(now, look, limiter_.learned().no_load);
  brownout_.Tick(limiter_.samples().Since(now - Brownout::kMemory));
  if (override_.mode != OverrideMode::kAuto && now >= override_.until) override_ = {};
  SetPlaces();
}

void Shedder::Order(const Override& order) {
  override_ = order;
  SetPlaces();
}

void Shedder::SetPlaces() {
  places_.life = std::max(kShortestHold, limiter_.state().hold);
  places_.mean = limiter_.state().mean;
  places_.completions = limiter_.state().completions;
  places_.late_accepted = limiter_.state().late_accepted;
  places_.limited = limiter_.limiting();
  places_.limit = limiter_.state().limit;
  if (override_.mode == OverrideMode::kOpen) places_.limited = false;
  if (override_.mode != OverrideMode::kHold) return;
  places_.limited = true;
  places_.late_accepted = false;  // an order holds for devices, too
  places_.limit = std::max(limiter_.min_limit(), override_.hold_percent / 100 * slots_);
}

bool Shedder::WouldAdmit(const ClientId& client, double sessions, TimePoint now,
                         int64_t wall) const {
  return admission_.WouldAdmit(clients_.Look(client, wall), places_, sessions, now);
}

bool Shedder::Admit(const ClientId& client, double sessions, TimePoint now, int64_t wall) {
  const ClientView view = clients_.Look(client, wall);
  const auto tier = static_cast<size_t>(view.tier);
  ++counts_.asked;
  ++arrived_;
  if (!admission_.Admit(view, places_, sessions, now)) {
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
