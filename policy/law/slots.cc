// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/slots.h"

#include <algorithm>

namespace spillway {

void Slots::Tick(TimePoint now, const Look& look, bool telling) {
  const double held = look.held;
  if (held > count_) count_ = held;
  const bool waits = look.door >= InSeconds(kTick) && telling && held > 0;
  if (!waits || !last_open_) {
    last_open_ = now;
    most_held_ = 0;
  }
  if (waits || !last_waited_) last_waited_ = now;
  if (now - *last_waited_ > Seconds(constants_.minute)) count_ = std::max(count_, told_);
  most_held_ = std::max(most_held_, held);
  if (now - *last_open_ >= Seconds(constants_.moment) && most_held_ < constants_.full * count_)
    count_ = std::max(1.0, most_held_);
}

}  // namespace spillway
