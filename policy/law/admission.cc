// SPDX-License-Identifier: BSD-2-Clause
// Numbers of the law as the header writes it.
#include "policy/law/admission.h"

#include <algorithm>
#include <cmath>

namespace spillway {

namespace {

constexpr double kTimesFull = 0.003;     // how often a T0 client may find no free place
constexpr double kTimesFullWait = 0.01;  // the same where it may wait for one
constexpr double kDeviations = 2.75;     // of a Poisson count; 0.003 are above it
constexpr double kFreeCap = 0.25;        // of L
constexpr double kReserveCap = 0.98;     // of L; with less, others took what devices needed
constexpr double kUnknownShare = 0.5;    // of what T2 may have
constexpr double kBeyond = 1.25;
constexpr double kClientShare = 0.25;
constexpr double kCrowded = 0.6;        // of L; below it there is room for everybody
constexpr double kRateMemory = 120;     // seconds
constexpr double kMeasured = 1.1;       // their demand, of what completes: both vary by chance
constexpr double kDevicePatience = 50;  // seconds; most wait 60
constexpr double kLongWait = 1800;      // seconds

// 0..1, the same for a client through one epoch.
double Draw(uint64_t key, TimePoint now) {
  const auto epoch = static_cast<uint64_t>(now.time_since_epoch() / Admission::kEpoch);
  uint64_t x = key ^ (epoch * 0x9e3779b97f4a7c15);
  x ^= x >> 31;
  x *= 0xbf58476d1ce4e5b9;
  x ^= x >> 29;
  return static_cast<double>(x >> 11) * 0x1p-53;
}

double Share(const ClientView& client, TimePoint now) {
  switch (client.tier) {
    case Tier::kCannotRetry:
    case Tier::kSubmission:
      return 1;
    case Tier::kKnown:
      return 0.97 + 0.03 * std::min(1.0, client.waiting / kLongWait);
    case Tier::kUnknown:
      break;
  }
  return kUnknownShare + (1 - kUnknownShare) / 10 * Draw(client.host, now);
}

double Reserve(double in_flight, double limit) {
  return std::min(in_flight, kReserveCap * limit);
}

// A refused device loses its message; a device that waits for a slot does not, as long as the
// demand of all devices fits. Where nothing completes, the demand must fit into the slots.
bool DevicesMayWait(const Places& places, double in_flight) {
  const bool fit =
      in_flight < places.slots || in_flight < kMeasured * places.completions * places.life;
  return places.late_accepted && places.mean < kDevicePatience && fit;
}

double KeptFree(const Places& places, double in_flight) {
  const bool may_wait = DevicesMayWait(places, in_flight);
  const double load = std::clamp(in_flight / std::max(1.0, places.limit), 0.02, 0.98);
  const double leaving = std::log(may_wait ? kTimesFullWait : kTimesFull) / std::log(load);
  const bool nobody_leaves = places.late_accepted && places.mean >= kDevicePatience;
  const double burst = nobody_leaves ? kDeviations * std::sqrt(in_flight) : 0;
  return std::clamp(std::max(leaving, burst), 1.0, kFreeCap * std::max(4.0, places.limit));
}

// The key under which a client's sessions are counted: a device's host, another client's network.
uint64_t CountedBy(const ClientView& client) {
  return client.tier == Tier::kCannotRetry ? client.host : client.network;
}

double Beyond(const Places& places) {
  return std::min(places.slots - 1, std::max(kBeyond * places.limit, places.limit + 2));
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

double Admission::InFlight(const LeakyCount& rate, const Places& places, TimePoint now) const {
  // Soon after the start, the count covers less than kRateMemory.
  const double age = InSeconds(now - first_.value_or(now));
  const double memory = kRateMemory * (1 - std::exp(-std::max(1.0, age) / kRateMemory));
  return rate.At(now, kRateMemory) / memory * places.life;
}

double Admission::reserved(const Places& places, TimePoint now) const {
  return Reserve(InFlight(cannot_retry_rate_, places, now), places.limit);
}

bool Admission::AllowedDevice(const Places& places, double sessions, TimePoint now) const {
  if (DevicesMayWait(places, InFlight(cannot_retry_rate_, places, now))) return true;
  return sessions < (places.late_accepted ? places.slots - 1 : Beyond(places));
}

bool Admission::AllowedOther(const ClientView& client, const Places& places, double sessions,
                             TimePoint now) const {
  const double others = sessions - cannot_retry_.At(now, places.life);
  const double in_flight = InFlight(cannot_retry_rate_, places, now);
  double left = places.limit - Reserve(in_flight, places.limit);
  if (client.tier != Tier::kSubmission)
    left -= Reserve(InFlight(submission_rate_, places, now), left);
  const double room = Share(client, now) * left;
  // Never none at all: no samples, no recovery.
  const bool few = others < std::max(1.0, (1 - kReserveCap) * places.limit);
  if (few && sessions < Beyond(places)) return true;
  return others < room && sessions < places.limit - KeptFree(places, in_flight);
}

// Whether the client already holds its whole share. Asked only while others need the places.
bool Admission::OverShare(const ClientView& client, const Places& places, TimePoint now) const {
  const uint64_t key = CountedBy(client);
  const double held =
      std::min(held_[CellA(key)].At(now, places.life), held_[CellB(key)].At(now, places.life));
  const double all = client.tier == Tier::kCannotRetry ? places.slots : places.limit;
  return held + 1 > std::max(2.0, kClientShare * all) + 1e-9;
}

bool Admission::Allowed(const ClientView& client, const Places& places, double sessions,
                        TimePoint now) const {
  const bool crowded = sessions > kCrowded * places.limit;
  if (crowded && OverShare(client, places, now)) return false;
  if (client.tier == Tier::kCannotRetry) return AllowedDevice(places, sessions, now);
  return AllowedOther(client, places, sessions, now);
}

bool Admission::WouldAdmit(const ClientView& client, const Places& places, double sessions,
                           TimePoint now) const {
  return !places.limited || Allowed(client, places, sessions, now);
}

bool Admission::Admit(const ClientView& client, const Places& places, double sessions,
                      TimePoint now) {
  const bool first = client.tier == Tier::kCannotRetry;
  if (!first_) first_ = now;
  // A device that floods gets no more places reserved than its share.
  if (first && !OverShare(client, places, now)) cannot_retry_rate_.Add(now, kRateMemory);
  if (client.tier == Tier::kSubmission && !OverShare(client, places, now))
    submission_rate_.Add(now, kRateMemory);
  if (!WouldAdmit(client, places, sessions, now)) return false;
  const uint64_t key = CountedBy(client);
  held_[CellA(key)].Add(now, places.life);
  held_[CellB(key)].Add(now, places.life);
  if (first) cannot_retry_.Add(now, places.life);
  return true;
}

}  // namespace spillway
