// SPDX-License-Identifier: BSD-2-Clause
// Q, the part of the admission limit that keeps messages from being late or tempfailed. Pure.
//
//   ef  share of messages that ran into the budget, and ef0, the part that load does not cause
//   df  share tempfailed at the end of message, of those that are not accepted although late; df0
//       likewise
//
// Q is lowered by the bad share, at most 40 %, while ef or df exceed their floor by 0.2, judged on
// messages that began after the cut before. ef counts only if the load was suspected from the
// start: else the messages are late whatever we do. If half of Q (a quarter, with the load
// suspected) did not help, or what goes well a second fell with it (marginal throughput, as in
// Protego, NSDI 2023: a queue that is too long does not lose by a cut), the load is not the cause:
// ef0 and df0 are learned anew, Q is again what it was before the descent (all there is, when what
// is late is accepted), and is not cut below this level while that is no worse. But when nearly all
// is tempfailed (df >= 0.8), Q stays at the floor until it is not: a refusal at connect is 160
// times cheaper. Q rises by LimitRise() while the bad share is under 0.05, by 1 between that and
// 0.2; with the load suspected only while W < 0.7 B. A descent in which the bad share still grows
// by a third is judged from there.
#pragma once

#include "policy/samples.h"

namespace spillway {

// How far a limit rises in one epoch, sessions. Carefully, unless nothing waits in the filter, so
// that there is no queue to build by mistake: then by a fifth, and doubled up to what was usual
// before, which did no harm.
double LimitRise(double limit, bool flowing, double usual);

class QualityLimit {
 public:
  // When shedding begins. Sessions.
  void Start(double least, double most, bool load_suspected, TimePoint now);

  struct Situation {
    TimePoint now;
    double in_use;  // sessions: what there is, at most the limit
    bool binding;   // somebody was refused since the last time
    bool flowing;   // W is within its target, and nothing waits in the filter
    double mean;    // W, seconds
    double budget;  // B, seconds
    double usual;   // sessions while healthy
  };
  // Once an epoch. `late_floor` is ef0, which may be learned anew.
  void Steer(const Situation& situation, const Samples& samples, double& late_floor);
  double limit() const { return limit_; }

 private:
  struct Shares {
    double in_use;  // sessions
    double late, deferred, bad;
    double well, span;  // messages without fault, in so many seconds
  };
  void Raise(const Situation& situation, double bad);
  void Lower(const Shares& shares, double& late_floor);
  bool TookWhatWentWell(const Shares& shares) const;
  bool NotTheLoad(const Shares& shares, double& late_floor);

  double least_ = 0, most_ = 0;
  bool load_suspected_ = false;
  double limit_ = 0;  // Q
  // Messages that began before then, and so many seconds, do not count.
  TimePoint changed_;
  double settling_ = 0;
  bool descending_ = false;
  Shares reference_{};         // when it was last judged
  double top_ = 0;             // in use when the descent began
  double good_ = 0;            // in use when ef0 and df0 were learned; 0: nothing known
  double deferred_floor_ = 0;  // df0
};

}  // namespace spillway
