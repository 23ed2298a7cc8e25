// SPDX-License-Identifier: BSD-2-Clause
// A state of the law, as the journal's tests want one.
#pragma once

#include "policy/law/limiter.h"

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

}  // namespace spillway
