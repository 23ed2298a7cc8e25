// SPDX-License-Identifier: BSD-2-Clause
// The order of things: tick, then decisions until the next tick.
#include "policy/law/shedder.h"

#include <algorithm>
#include <cmath>

namespace spillway {

namespace {

constexpr double kShortestHold = 0.05;  // seconds; the dialogue alone takes that
constexpr double kDialogues = 4;        // most clients send their message within so many
constexpr double kHardlyLate = 0.05;    // share of the messages
constexpr double kOfOthers = 0.5;       // of the slots, where the filter does not respond

}  // namespace

Shedder::Shedder(const Limiter::Setting& setting, const Learned& learned, Clients::Options clients,
                 double least)
    : limiter_(setting, learned),
      budget_({.full = setting.budget, .least = least, .slots = setting.slots}),
      brownout_(setting.budget),
      clients_(std::move(clients)),
      slots_(setting.slots) {
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
  // What is learned of messages that are late says nothing of the time without load.
  if (limiter_.state().late_share < kHardlyLate) no_load_ = limiter_.learned().no_load;
  budget_.Tick(now, look, no_load_);
  look.curable = budget_.obeyed();
  limiter_.Tick(now, look);
  brownout_.Tick(limiter_.samples().Since(now - Brownout::kMemory));
  if (override_.mode != OverrideMode::kAuto && now >= override_.until) override_ = {};
  SetPlaces();
}

// Of the sessions that were admitted, those without a message in the filter yet. Some never send
// one: they are forgotten after a few dialogues.
void Shedder::CountOnTheWay(TimePoint now, const Look& look) {
  const double before = in_filter_;
  in_filter_ = static_cast<double>(look.ages.size());
  const double came = look.completed + in_filter_ - before;
  const double life = std::max(1.0, kDialogues * budget_.dialogue());
  const double faded = on_the_way_ * std::exp(-InSeconds(now - ticked_) / life);
  held_ = look.held;
  on_the_way_ =
      std::clamp(faded + (arrived_ - refused_) - came, 0.0, std::max(0.0, held_ - in_filter_));
  ticked_ = now;
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
  places_.life = std::max(kShortestHold, limiter_.state().hold);
  places_.mean = limiter_.state().mean;
  places_.completions = limiter_.state().completions;
  places_.late_accepted = limiter_.state().late_accepted;
  places_.limited = limiter_.limiting();
  places_.limit = limiter_.state().limit;
  places_.by_slots = override_.mode == OverrideMode::kHold || !responds_;
  crowded_by_idle_ = held_ >= kNearlyFull * slots_.count() && in_filter_ + on_the_way_ < held_ / 2;
  if (!responds_) {
    places_.limited = places_.late_accepted = true;
    places_.limit = kOfOthers * slots_.count();
  }
  if (override_.mode == OverrideMode::kOpen) places_.limited = false;
  if (override_.mode != OverrideMode::kHold) return;
  places_.limited = true;
  places_.late_accepted = false;  // an order holds for devices, too
  places_.limit = std::max(limiter_.min_limit(), override_.hold_percent / 100 * slots_.count());
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
