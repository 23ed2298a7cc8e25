// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/slots.h"

#include <algorithm>

namespace spillway {

void Slots::Tick(TimePoint now, const Look& look, bool telling) {
  constexpr double kWait = 1;  // seconds; less may be a burst of which a part is on its way
  constexpr auto kLasting = std::chrono::seconds(3);
  constexpr auto kForgotten = std::chrono::minutes(1);
  constexpr double kFewest = 4;
  constexpr double kAll = 0.9;  // of the slots: some processes are just being started
  const double held = look.held;
  if (held > count_) count_ = held;
  const bool waits = look.door >= kWait && telling && held > 0;
  if (!waits || !last_open_) {
    last_open_ = now;
    most_held_ = 0;
  }
  if (waits || !last_waited_) last_waited_ = now;
  if (now - *last_waited_ > kForgotten) count_ = std::max(count_, told_);
  most_held_ = std::max(most_held_, held);
  if (now - *last_open_ >= kLasting && most_held_ < kAll * count_)
    count_ = std::max(kFewest, most_held_);
}

}  // namespace spillway
