// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/effective_budget.h"

#include <algorithm>

namespace spillway {

// What has come to the filter is what it has completed and what it has now: in a stall only the
// latter grows.
void EffectiveBudget::Measure(TimePoint now, const Look& look) {
  constexpr auto kMemory = std::chrono::seconds(2);
  constexpr double kDialogueMemory = 100;  // messages
  completed_ += look.completed;
  seen_.push_back({now, completed_ + static_cast<double>(look.ages.size())});
  while (now - seen_[0].at > kMemory) seen_.pop_front();
  const double span = InSeconds(now - seen_.front().at);
  const double came = seen_.back().messages - seen_.front().messages;
  arrivals_ = std::max(Share(came, span), 0.0);
  if (look.completed == 0) return;
  const double mean = look.dialogue / look.completed;
  dialogue_ += (mean - dialogue_) * std::min(1.0, look.completed / kDialogueMemory);
}

double EffectiveBudget::Least(double no_load) const {
  constexpr double kTimes = 4;
  constexpr double kShortest = 0.25;
  const double least = setting_.least > 0 ? setting_.least : std::max(kTimes * no_load, kShortest);
  return std::min(least, setting_.full);
}

double EffectiveBudget::GivenAt(TimePoint at) const {
  const auto later = std::partition_point(given_.begin(), given_.end(),
                                          [at](const Given& given) { return given.at <= at; });
  return later == given_.begin() ? setting_.full : std::prev(later)->value;
}

bool EffectiveBudget::Obeyed(TimePoint now, std::span<const double> ages) const {
  constexpr double kSlack = 2;  // seconds
  constexpr double kFew = 0.1;
  const auto overdue = std::count_if(ages.begin(), ages.end(), [&](double age) {
    return age > GivenAt(now - Seconds(age)) + kSlack;
  });
  return static_cast<double>(overdue) <= kFew * static_cast<double>(ages.size());
}

void EffectiveBudget::Tick(TimePoint now, const Look& look, double no_load) {
  constexpr double kHalf = 0.5;
  constexpr double kUp = 1.25;  // a look
  Measure(now, look);
  double wanted = setting_.full;
  if (arrivals_ > 0) wanted = kHalf * setting_.slots / arrivals_ - dialogue_;
  obeyed_ = Obeyed(now, look.ages);
  wanted = std::clamp(wanted, Least(no_load), setting_.full);
  value_ = std::min(wanted, kUp * value_);
  given_.push_back({now, value_});
  while (now - given_.front().at > Seconds(setting_.full)) given_.pop_front();
}

}  // namespace spillway
