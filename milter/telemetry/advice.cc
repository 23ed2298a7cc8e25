// SPDX-License-Identifier: BSD-2-Clause
// From the highest bit: when it was given (in steps of 100 ms, 54 years), the budget in
// milliseconds, the thousandths.
#include "milter/telemetry/advice.h"

#include <algorithm>

namespace spillway::telemetry {

namespace {

constexpr auto kStep = std::chrono::milliseconds(100);
constexpr unsigned kBudgetBits = 20;
constexpr unsigned kWithoutBits = 10;
constexpr uint64_t kMaxBudget = (uint64_t{1} << kBudgetBits) - 1;
constexpr uint64_t kMaxWithout = (uint64_t{1} << kWithoutBits) - 1;

int64_t Steps(TimePoint now) {
  return now.time_since_epoch() / kStep;
}

}  // namespace

uint64_t PackAdvice(const Advice& advice, TimePoint now) {
  const auto budget = std::min(static_cast<uint64_t>(advice.budget.count()), kMaxBudget);
  const auto without = std::min(uint64_t{advice.without}, kMaxWithout);
  return (static_cast<uint64_t>(Steps(now)) << (kBudgetBits + kWithoutBits)) |
         (budget << kWithoutBits) | without;
}

std::optional<Advice> UnpackAdvice(uint64_t word, TimePoint now) {
  const auto given = static_cast<int64_t>(word >> (kBudgetBits + kWithoutBits));
  // The two daemons read the same clock, but not at the same moment.
  const int64_t age = Steps(now) - given;
  if (word == 0 || age > kAdviceValid / kStep || age < -1) return std::nullopt;
  return Advice{
      .budget = std::chrono::milliseconds((word >> kWithoutBits) & kMaxBudget),
      .without = static_cast<unsigned>(word & kMaxWithout),
  };
}

}  // namespace spillway::telemetry
