// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/admission.h"

#include <algorithm>
#include <cmath>

namespace spillway {

namespace {

// The key under which a client's sessions are counted: a device's host, another client's network.
uint64_t CountedBy(const ClientView& client) {
  return client.tier == Tier::kCannotRetry ? client.host : client.network;
}

}  // namespace

double LeakyCount::At(TimePoint now, double life) const {
  const double age = InSeconds(now - at_);
  return level_ * std::exp(-std::max(0.0, age) / life);
}

void LeakyCount::Add(TimePoint now, double life) {
  level_ = At(now, life) + 1;
  at_ = now;
}

double Admission::Entitled(Tier tier, const Places& places, TimePoint now) const {
  // Soon after the start, the count covers less than a minute.
  const double memory = constants_.minute;
  const double age = std::max(InSeconds(kTick), InSeconds(now - first_.value_or(now)));
  const double covered = memory * (1 - std::exp(-age / memory));
  double entitled = 0;
  // Nothing is kept for T0, which is admitted anyway.
  for (auto before = static_cast<size_t>(Tier::kSubmission); before < static_cast<size_t>(tier);
       ++before) {
    const Demand& demand = demand_[before];
    const double mean = demand.arrived.At(now, memory) / covered * places.life;
    const double most = mean + constants_.deviations * std::sqrt(mean);
    entitled += std::max(0.0, most - demand.held.At(now, places.life));
  }
  return std::min(entitled, constants_.half * places.limit);
}

bool Admission::HasPlace(const ClientView& client, const Places& places, double sessions,
                         TimePoint now) const {
  if (client.tier == Tier::kCannotRetry) return !places.ordered || sessions < places.limit;
  double room = places.limit;
  const Demand& own = demand_[static_cast<size_t>(client.tier)];
  if (client.tier == Tier::kSubmission &&
      own.held.At(now, places.life) < constants_.half * places.limit)
    room = std::max(room, constants_.full * places.slots);
  const double deferred = std::min(1.0, client.waiting / constants_.comeback);
  if (client.tier == Tier::kKnown) room *= 1 - constants_.step * (1 - deferred);
  if (client.tier == Tier::kUnknown) room *= 1 - constants_.step;
  return sessions + Entitled(client.tier, places, now) < room;
}

// Whether the client already holds its whole share. Asked only while others need the places.
bool Admission::Floods(const ClientView& client, const Places& places, TimePoint now) const {
  const uint64_t key = CountedBy(client);
  const double held =
      std::min(held_[CellA(key)].At(now, places.life), held_[CellB(key)].At(now, places.life));
  const double all = client.tier == Tier::kCannotRetry ? places.slots : places.limit;
  return held + 1 > std::max(2.0, constants_.harm * all) + 1e-9;
}

bool Admission::WouldAdmit(const ClientView& client, const Places& places, double sessions,
                           TimePoint now) const {
  if (!places.limited) return true;
  const bool crowded = sessions > constants_.half * places.limit;
  return !(crowded && Floods(client, places, now)) && HasPlace(client, places, sessions, now);
}

bool Admission::Admit(const ClientView& client, const Places& places, double sessions,
                      TimePoint now) {
  if (!first_) first_ = now;
  Demand& demand = demand_[static_cast<size_t>(client.tier)];
  // Who floods gets no more places reserved than its share.
  if (!Floods(client, places, now)) demand.arrived.Add(now, constants_.minute);
  if (!WouldAdmit(client, places, sessions, now)) return false;
  const uint64_t key = CountedBy(client);
  held_[CellA(key)].Add(now, places.life);
  held_[CellB(key)].Add(now, places.life);
  demand.held.Add(now, places.life);
  return true;
}

}  // namespace spillway
