// SPDX-License-Identifier: BSD-2-Clause
// For how many messages the filter goes without its least important checks (brownout: Klein et al.,
// "Brownout: Building More Robust Cloud Applications", ICSE 2014). Pure; times in seconds.
//
// Only the filter's own processor time is a reason: messages wait in its queues. A slow scanner or
// resolver is none, for dropping other checks would not help. The share grows while messages wait
// for longer than the least budget, from none to all in ten seconds, and shrinks in a minute once
// they hardly wait at all.
#pragma once

#include "policy/law/samples.h"

namespace spillway {

class Brownout {
 public:
  // `budget`: [budget] per_message.
  Brownout(double budget, const Constants& constants);

  void Tick(TimePoint now, const Samples& samples);
  // 0 to 1.
  double share() const { return share_; }
  // The mean wait in the filter's queues, of messages of the last moment.
  double wait() const { return wait_; }

 private:
  const Constants constants_;
  const double target_;
  double share_ = 0;
  double wait_ = 0;
};

}  // namespace spillway
