// SPDX-License-Identifier: BSD-2-Clause
// What the admission law says of itself, for those who act on it, log it and show it.
#pragma once

#include <cstdint>
#include <string_view>

#include "milter/base/clock.h"

namespace spillway {

enum class Regime : uint8_t { kHealthy, kDegraded, kShedding, kRecovering };
enum class Cause : uint8_t { kNone, kSlow, kLate, kStalled, kSlots, kRequired };
std::string_view RegimeName(Regime regime);  // "healthy", "degraded", ...
std::string_view CauseName(Cause cause);     // "none", "slow", "late", "stalled", ...

// What survives a restart of the policy daemon.
struct Learned {
  double no_load = 0;         // S; 0: not learned yet
  double late_floor = 0;      // ef0
  double arrivals = 0;        // messages a second while healthy; 0: not learned yet
  double deferred_floor = 0;  // df0
};

struct LimiterState {
  Regime regime = Regime::kHealthy;
  Cause cause = Cause::kNone;
  TimePoint since;
  double limit = 0;  // L; without meaning unless shedding
  double mean = 0, samples = 0, target = 0;
  double late_share = 0, deferred_share = 0, queue_share = 0;
  double throughput = 0;  // X
  // Seconds that a session holds its slot, at least W: by Little's law from the sessions that have
  // ended, and from the messages that pile up.
  double hold = 0;
  double arrivals = 0;  // sessions a second that ask
};

}  // namespace spillway
