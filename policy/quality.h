// SPDX-License-Identifier: BSD-2-Clause
// Q, the part of the admission limit that keeps messages from being late or tempfailed. Pure.
//
// bad is the larger of
//   df  share tempfailed at the end of message, of those that are not accepted although late
//   ef  share of messages that ran into the budget, above what load does not cause (ef0); it counts
//       only if the load was suspected from the start: else they are late whatever we do
//
// Q climbs to where most goes well a second, as the gradient of goodput tells (Breakwater, OSDI
// 2020; Protego, NSDI 2023): too many sessions wait for each other until all are late, too few
// leave the filter idle, and how many are right is known to nobody when a scanner is slow. At the
// end of each epoch, judged on messages that began after the last change:
//   - bad < 0.05: Q rises by LimitRise().
//   - Q goes to where more went well (yield.h), down at once, up not from the first look after a
//     cut: the queue from before makes that one worse.
//   - bad >= 0.2, and nothing is known of fewer sessions, or bad > 0.8: Q is cut by the bad share,
//     at most by 40 %.
//   - else fewer sessions are no better: Q rises, unless it is known that more are worse.
// It rises by 1 where W > 0.7 B leaves no room, or more are known to be worse; with the load
// suspected and W > 0.7 B, not at all. What was seen before the first bad moment is of another
// time and does not count, nor does anything once W is within its target.
// If a quarter of the sessions are as late as before, and that is accepted, load is not the cause:
// ef does not count any more, and Q is all there is.
#pragma once

#include "policy/samples.h"
#include "policy/yield.h"

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
    double in_use;      // sessions: what there is, at most the limit
    bool binding;       // somebody was refused since the last time
    bool flowing;       // W is within its target, and nothing waits in the filter
    double mean;        // W, seconds
    double budget;      // B, seconds
    double usual;       // sessions while healthy
    double late_floor;  // ef0
  };
  // Once an epoch.
  void Steer(const Situation& situation, const Samples& samples);
  double limit() const { return limit_; }

 private:
  struct Judged {
    double sessions;  // that there were meanwhile
    double late, deferred, bad;
    double well, seconds;  // messages without fault, in so long
  };
  Judged Judge(const Situation& situation, const SampleSums& sums) const;
  void Learn(const Situation& situation, const Judged& judged);
  void Move(const Situation& situation, const Judged& judged);
  void Climb(const Situation& situation, const Judged& judged);

  double least_ = 0, most_ = 0;
  bool load_suspected_ = false;
  double limit_ = 0;  // Q
  // Messages that began before then, and so many seconds, do not count.
  TimePoint changed_;
  double settling_ = 0;
  bool lowered_ = false;     // by the last change
  double first_in_use_ = 0;  // sessions in use when the first bad moment was judged; 0: none yet
  Yield yield_;
};

}  // namespace spillway
