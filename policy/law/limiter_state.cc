// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/limiter_state.h"

#include <array>

namespace spillway {

std::string_view RegimeName(Regime regime) {
  constexpr std::array<std::string_view, 4> kNames = {"healthy", "degraded", "shedding",
                                                      "recovering"};
  return kNames[static_cast<size_t>(regime)];
}

std::string_view CauseName(Cause cause) {
  constexpr std::array<std::string_view, 6> kNames = {"none",    "slow",  "late",
                                                      "stalled", "slots", "required"};
  return kNames[static_cast<size_t>(cause)];
}

}  // namespace spillway
