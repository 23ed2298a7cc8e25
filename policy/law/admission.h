// SPDX-License-Identifier: BSD-2-Clause
// The admission law, second half: who gets one of the places that the limiter allows. Pure; a
// decision allocates nothing. SMTP cannot wait, so there is no queue, only trunk reservation: a
// tier is admitted while there is room for it beside what the tiers before it are entitled to.
//
//   a   a tier's demand in sessions: its arrivals a second over the last minute, times how long a
//       session holds its slot (Little's law)
//   x   the sessions that it has now
//   E   what T1 and the tiers between are entitled to and do not use: the sum of a + 3 sqrt(a) - x,
//       where that is more than 0 (three standard deviations of a Poisson count); at most half of L
//   T0  is admitted: a device whose message is refused has lost it, one that waits for a slot, in
//       the listen backlog, has not
//   T1  while n < L, n the sessions in the filter or soon; or while x is less than half of L, as
//       long as a tenth of the slots is free
//   T2  while n + E < L for who has come back for an hour and a half; with less of L, by up to a
//       step, for who has just been refused or is known: longest deferred first
//   T3  while n + E < L less a step
//   Beside that, once half of L is in use, one /24, /64 or user has at most a fifth of L, and a
//   device a fifth of the slots: whoever floods.
//
// The policy daemon never hears of a disconnect. How many sessions a client or tier holds is
// therefore estimated: each admitted session fades with the average time that a session lasts.
#pragma once

#include <array>
#include <optional>

#include "policy/law/clients.h"
#include "policy/law/samples.h"

namespace spillway {

// A count whose parts go away by themselves, after `life` seconds on average.
class LeakyCount {
 public:
  double At(TimePoint now, double life) const;
  void Add(TimePoint now, double life);

 private:
  double level_ = 0;
  TimePoint at_;
};

// What the decision goes by; filled from the limiter's state, or from an override.
struct Places {
  bool limited = false;  // false: everybody is admitted
  double limit = 0;      // sessions
  double slots = 100;
  double life = 1;        // seconds that a session holds its place
  bool by_slots = false;  // all slots that are held count, not only those with a message
  bool ordered = false;   // an order holds for devices, too
};

class Admission {
 public:
  explicit Admission(const Constants& constants) : constants_(constants) {}

  // `sessions`: with a message in the filter, or soon (by_slots: that hold a slot), without the one
  // that asks. Counts what it admits.
  bool Admit(const ClientView& client, const Places& places, double sessions, TimePoint now);
  // The same without counting.
  bool WouldAdmit(const ClientView& client, const Places& places, double sessions,
                  TimePoint now) const;
  // E of those before `tier`.
  double Entitled(Tier tier, const Places& places, TimePoint now) const;

 private:
  static constexpr size_t kCells = 4096;
  static constexpr size_t kRow = kCells / 2;
  static size_t CellA(uint64_t key) { return key % kRow; }
  static size_t CellB(uint64_t key) { return kRow + (key >> 32) % kRow; }
  bool Floods(const ClientView& client, const Places& places, TimePoint now) const;
  bool HasPlace(const ClientView& client, const Places& places, double sessions,
                TimePoint now) const;

  struct Demand {
    LeakyCount arrived, held;
  };
  const Constants constants_;
  std::array<LeakyCount, kCells> held_{};  // by network or host; a count-min sketch of two rows
  std::array<Demand, kTiers> demand_{};
  std::optional<TimePoint> first_;  // when the first one asked
};

}  // namespace spillway
