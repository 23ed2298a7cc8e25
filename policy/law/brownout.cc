// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/brownout.h"

#include <algorithm>

namespace spillway {

Brownout::Brownout(double budget, const Constants& constants)
    : constants_(constants), target_(std::min(InSeconds(kTick), constants.harm * budget)) {}

void Brownout::Tick(TimePoint now, const Samples& samples) {
  const SampleSums recent = samples.Since(now - Seconds(constants_.moment));
  wait_ = recent.completed < constants_.few ? 0 : Share(recent.queue_wait, recent.completed);
  const double tick = InSeconds(kTick);
  if (wait_ > target_) share_ = std::min(share_ + tick / constants_.look, 1.0);
  if (wait_ < constants_.half * target_) share_ = std::max(share_ - tick / constants_.minute, 0.0);
}

}  // namespace spillway
