// SPDX-License-Identifier: BSD-2-Clause
// What spillway-policyd advises the filter, in one word of the shared memory: the filter reads it
// with one atomic load for each message. Advice that is not renewed ends by itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "milter/base/clock.h"

namespace spillway::telemetry {

struct Advice {
  // How long a message may wait for checks whose lateness is accepted; less than 2^20 ms.
  std::chrono::milliseconds budget{0};
  // How many of a thousand messages go without the checks of [budget] drop_first.
  unsigned without = 0;
};

// Older advice does not count: spillway-policyd has ended, or hangs.
constexpr auto kAdviceValid = std::chrono::seconds(2);

uint64_t PackAdvice(const Advice& advice, TimePoint now);
// nullopt: there never was any, or it is too old.
std::optional<Advice> UnpackAdvice(uint64_t word, TimePoint now);

}  // namespace spillway::telemetry
