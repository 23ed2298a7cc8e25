// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/door_wait.h"

#include <algorithm>

namespace spillway {

double DoorWait::Update(TimePoint now, double waiting, double most, double accepted) {
  if (seen_.empty() || accepted < seen_.back().accepted) {
    seen_.clear();  // the filter, which counts, has begun anew
    last_left_ = last_room_ = now;
  } else if (accepted > seen_.back().accepted) {
    last_left_ = now;
  }
  seen_.push_back({now, accepted});
  while (now - seen_.front().at > Seconds(constants_.look)) seen_.pop_front();
  const double left = accepted - seen_.front().accepted;
  const double span = InSeconds(now - seen_.front().at);
  const double wait = left > 0 ? waiting * span / left : InSeconds(now - last_left_);
  if (waiting < (1 - constants_.step) * most) last_room_ = now;
  if (waiting <= 0) return 0;
  return std::min(constants_.minute, std::max(wait, InSeconds(now - last_room_)));
}

}  // namespace spillway
