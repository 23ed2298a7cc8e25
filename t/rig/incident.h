// SPDX-License-Identifier: BSD-2-Clause
// A state of the law, as the journal's tests want one.
#pragma once

#include "policy/keep/journal.h"

namespace spillway {

constexpr int64_t kIncidentWall = 1'764'000'000;  // 2025-11-24T16:00:00Z

inline LimiterState IncidentState(Regime regime, Cause cause = Cause::kSlots) {
  LimiterState state;
  state.regime = regime;
  state.cause = cause;
  state.mean = 12.5;
  state.limit = 24;
  return state;
}

// A moment that owns what it is of.
class IncidentMoment {
 public:
  IncidentMoment(LimiterState state, const ShedderCounts& counts, Bottleneck bottleneck,
                 double held, int64_t wall)
      : state_(state),
        counts_(counts),
        bottleneck_(std::move(bottleneck)),
        held_(held),
        wall_(wall) {}
  operator Moment() const {  // NOLINT(google-explicit-constructor): stands for one
    return {.state = state_,
            .counts = counts_,
            .bottleneck = bottleneck_,
            .held = held_,
            .in_filter = held_ / 2,
            .slots = 100,
            .wall = wall_};
  }

 private:
  const LimiterState state_;
  const ShedderCounts counts_;
  const Bottleneck bottleneck_;
  const double held_;
  const int64_t wall_;
};

}  // namespace spillway
