// SPDX-License-Identifier: BSD-2-Clause
// The admission law, second half: who gets one of the places that the limiter allows. Pure; a
// decision allocates nothing. SMTP cannot wait, so there is no queue, only trunk reservation:
//
//   a   expected T0 sessions in flight: T0 arrivals a second, times how long one holds its slot
//   R0 = min(a, 0.98 L)   places kept for those who cannot retry
//   R1   the same for T1, of what is left
//   t = log p / log(a / L), 1 .. L / 4   places kept free for the next burst of T0, which finds
//       none with probability p: while only T0 is admitted, the free places are an M/M/1 queue
//       upside down. p is 0.003, or 0.01 where T0 may wait. Where late messages are accepted
//       and W >= 50 s, no place gets free in time: t is at least 2.75 sqrt(a)
//   T0  admitted beyond L if need be, but not beyond 1.25 L: more sessions would only wait until
//       all have given up. Where late messages are accepted and the budget is at most 60 s
//       (LimiterState::late_accepted), waiting in the filter does no harm: T0 gets up to slots - 1.
//       T0 may even wait for a slot, in the listen backlog, while W < 50 s and its demand fits:
//       a < slots, or a less than 1.1 times the sessions that complete meanwhile (taken as fitting
//       in the first ten seconds). Then only the client's own share, below, is a bound
//   T1  while fewer than L - t sessions are in, and T1 to T3 together hold less than L - R0
//   T2  ... less than (L - R0 - R1) (0.97 + 0.03 min(1, waiting / 30 min)): longest deferred first
//   T3  ... less than (L - R0 - R1) (0.5 + 0.05 h), h by hash of client and ten-minute epoch: a
//       client that is admitted is admitted again for a while, and then others have their turn
//   T1 to T3 always get max(1, L / 50) places while fewer than 1.25 L sessions are in: without
//       samples there is no recovery
//   While more than 0.6 L are in, one /24, /64 or user gets no more than max(2, L / 4); in T0, one
//       host no more than max(2, slots / 4)
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
  double life = 1;             // seconds that a session holds its place
  double mean = 0;             // seconds that the filter takes
  double completions = 0;      // messages a second
  bool late_accepted = false;  // what is late is accepted, for T0 at least
  bool by_slots = false;       // all slots that are held count, not only those with a message
};

class Admission {
 public:
  static constexpr auto kEpoch = std::chrono::minutes(10);

  // `sessions`: with a message in the filter, or soon (by_slots: that hold a slot), without the one
  // that asks. Counts what it admits.
  bool Admit(const ClientView& client, const Places& places, double sessions, TimePoint now);
  // The same without counting.
  bool WouldAdmit(const ClientView& client, const Places& places, double sessions,
                  TimePoint now) const;
  double reserved(const Places& places, TimePoint now) const;  // R0

 private:
  static constexpr size_t kCells = 4096;
  static constexpr size_t kRow = kCells / 2;
  static size_t CellA(uint64_t key) { return key % kRow; }
  static size_t CellB(uint64_t key) { return kRow + (key >> 32) % kRow; }
  double InFlight(const LeakyCount& rate, const Places& places, TimePoint now) const;
  bool AllowedDevice(const Places& places, double sessions, TimePoint now) const;
  bool AllowedOther(const ClientView& client, const Places& places, double sessions,
                    TimePoint now) const;
  bool OverShare(const ClientView& client, const Places& places, TimePoint now) const;
  bool Allowed(const ClientView& client, const Places& places, double sessions,
               TimePoint now) const;

  std::array<LeakyCount, kCells> held_{};  // by network or host; a count-min sketch of two rows
  LeakyCount cannot_retry_;                // T0 in flight
  LeakyCount cannot_retry_rate_;           // T0 arrivals of the last minutes
  LeakyCount submission_rate_;             // T1, the same
  std::optional<TimePoint> first_;         // when the first one asked
};

}  // namespace spillway
