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

void Brownout::Measure(TimePoint now, const Look& look) {
  constexpr auto kMemory = std::chrono::seconds(2);
  recent_.push_back({now, static_cast<double>(look.completed), look.queue_wait});
  while (now - recent_.front().at > kMemory) recent_.pop_front();
  double completed = 0;
  double queue_wait = 0;
  for (const Sum& each : recent_) {
    completed += each.completed;
    queue_wait += each.queue_wait;
  }
  wait_ = completed < kMinSamples ? 0 : queue_wait / completed;
}

void Brownout::Tick(TimePoint now, const Look& look) {
  constexpr double kUp = 0.05;      // a look: to the full share in five seconds
  constexpr double kDown = 0.0125;  // back in twenty
  Measure(now, look);
  if (wait_ > target_) share_ = std::min(share_ + kUp, 1.0);
  if (wait_ < target_ / 2) share_ = std::max(share_ - kDown, 0.0);
}

}  // namespace spillway
