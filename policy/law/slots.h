// SPDX-License-Identifier: BSD-2-Clause
// How many SMTP server processes there really are. The number that we were told may be wrong, and
// the law would refuse for nothing, or not at all. Pure.
//
// More slots held than there are: there are more. Connections that wait at the door for a moment
// while fewer are held: there are not more. After a minute with an open door the number that we
// were told is as good as before.
#pragma once

#include <optional>

#include "policy/law/samples.h"

namespace spillway {

class Slots {
 public:
  Slots(double told, const Constants& constants)
      : constants_(constants), told_(told), count_(told) {}

  // `telling`: what is seen is what the filter has; not so while it does not respond, and the law's
  // own limit is none of the reasons why fewer slots are held.
  void Tick(TimePoint now, const Look& look, bool telling);
  double count() const { return count_; }
  double told() const { return told_; }

 private:
  const Constants constants_;
  const double told_;
  double count_;
  double most_held_ = 0;  // since the last moment without a wait at the door
  std::optional<TimePoint> last_open_, last_waited_;
};

}  // namespace spillway
