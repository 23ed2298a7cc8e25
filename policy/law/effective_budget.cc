// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/effective_budget.h"

#include <algorithm>

namespace spillway {

double EffectiveBudget::Least(double no_load) const {
  const double usual = std::max(constants_.slow * no_load, InSeconds(kTick));
  return std::min(setting_.least > 0 ? setting_.least : usual, setting_.full);
}

double EffectiveBudget::GivenAt(TimePoint at) const {
  const auto later = std::partition_point(given_.begin(), given_.end(),
                                          [at](const Given& given) { return given.at <= at; });
  return later == given_.begin() ? setting_.full : std::prev(later)->value;
}

bool EffectiveBudget::Obeyed(TimePoint now, std::span<const double> ages) const {
  const auto overdue = std::count_if(ages.begin(), ages.end(), [&](double age) {
    return age > GivenAt(now - Seconds(age)) + constants_.moment;
  });
  return static_cast<double>(overdue) <= constants_.harm * static_cast<double>(ages.size());
}

void EffectiveBudget::Tick(TimePoint now, const Samples& samples, std::span<const double> ages,
                           double no_load) {
  const SampleSums recent = samples.Since(now - Seconds(constants_.moment));
  arrivals_ = std::max(0.0, Share(recent.came, recent.span));
  const SampleSums longer = samples.Enough(constants_.look, constants_.few);
  dialogue_ = Share(longer.dialogue, longer.completed);
  obeyed_ = Obeyed(now, ages);
  double wanted = setting_.full;
  if (arrivals_ > 0) wanted = constants_.half * setting_.slots / arrivals_ - dialogue_;
  wanted = std::clamp(wanted, Least(no_load), setting_.full);
  value_ = std::min(wanted, (1 + constants_.step) * value_);
  given_.push_back({now, value_});
  while (now - given_.front().at > Seconds(setting_.full)) given_.pop_front();
}

}  // namespace spillway
