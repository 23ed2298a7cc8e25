// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/brownout.h"

#include <algorithm>

namespace spillway {

namespace {

// Of the budget: long enough that a burst is none of our business.
constexpr double kTargetShare = 0.125;
constexpr double kLongestTarget = 0.5;

}  // namespace

Brownout::Brownout(double budget) : target_(std::min(kTargetShare * budget, kLongestTarget)) {}

void Brownout::Tick(const SampleSums& recent) {
  constexpr double kUp = 0.05;      // a look: to the full share in five seconds
  constexpr double kDown = 0.0125;  // back in twenty
  wait_ = recent.completed < kMinSamples ? 0 : Share(recent.queue_wait, recent.completed);
  if (wait_ > target_) share_ = std::min(share_ + kUp, 1.0);
  if (wait_ < target_ / 2) share_ = std::max(share_ - kDown, 0.0);
}

}  // namespace spillway
