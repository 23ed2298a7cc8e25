// SPDX-License-Identifier: BSD-2-Clause
// Q, the part of the admission limit that keeps messages from being late or tempfailed. Pure.
//
// bad is the larger of
//   df  share tempfailed at the end of message, of those that are not accepted although late, above
//       what is tempfailed when all is well (df0)
//   ef  share of messages that ran into the budget, above what load does not cause (ef0); it counts
//       only if the load was suspected from the start: else they are late whatever we do
//
// Q climbs to where most goes well a second (admission by marginal throughput: Protego, NSDI 2023):
// too many sessions wait for each other until all are late, too few leave the filter idle, and how
// many are right is known to nobody when a scanner is slow. At the end of an epoch, judged by 20
// completions since one W after the last change, or by 8 in 30 s, the first of these that applies:
//   - bad < 0.05: Q rises.
//   - more went well (history.h) with another number of sessions: Q goes there, down at once, up
//   not
//     from the first look after a cut: the queue from before makes that one worse.
//   - bad >= 0.2, and nothing is known of fewer sessions, or bad > 0.8: Q is cut by the bad share,
//     at most by 40 %.
//   - else fewer sessions are no better: Q rises, unless it is known that more are worse.
// It rises only if somebody was refused: by LimitRise(); by 1 where there is no room, W > 0.7 B and
// > 1.2 S, or more are known to be worse, unless nothing waits in the filter; not at all without
// room where the load is suspected and nothing is known of fewer.
// What was seen before the first bad moment is of another time and does not count, nor does
// anything once W is within its target and little is bad.
// If Q was quartered, or is at the floor, and more than 0.8 are late, and that is accepted, load is
// not the cause: ef does not count any more, and Q is all there is.
// Sessions are those that there were on average; as many as Q where somebody was refused and a
// fifth or less was free.
// Where not even 8 complete in three minutes, Q rises by 1 if W is within its target.
#pragma once

#include <optional>

#include "policy/law/history.h"
#include "policy/law/limiter_state.h"
#include "policy/law/samples.h"

namespace spillway {

// How far a limit rises in one epoch, sessions. Carefully, unless nothing waits in the filter, so
// that there is no queue to build by mistake: then by a fifth, and doubled up to what was usual
// before, which did no harm.
double LimitRise(double limit, bool flowing, const Learned& learned);

class GoodputLimit {
 public:
  // When shedding begins. Sessions.
  void Start(double least, double most, bool load_suspected, TimePoint now);

  struct Situation {
    TimePoint now;
    bool binding;   // somebody was refused since the last time
    bool flowing;   // W is within its target, and nothing waits in the filter
    double mean;    // W, seconds
    double budget;  // B, seconds
  };
  // Once an epoch.
  void Steer(const Situation& situation, const Samples& samples, const Learned& learned);
  double limit() const { return limit_; }

 private:
  struct Judged {
    double in_use;  // sessions that there were meanwhile, at most Q
    double here;    // sessions that this stands for
    double deferred, bad;
    double well, seconds;  // messages without fault, in so long
  };
  Judged Judge(const Situation& situation, const SampleSums& sums, const Learned& learned) const;
  void Learn(const Situation& situation, const Judged& judged);
  bool LateAnyway(const Judged& judged) const;
  void GiveBack();
  void Climb(const Situation& situation, const Judged& judged, const Learned& learned);

  double least_ = 0, most_ = 0;
  bool load_suspected_ = false;
  double limit_ = 0;  // Q
  // Messages that began before then, and so many seconds, do not count.
  TimePoint changed_;
  double settling_ = 0;
  bool lowered_ = false;                // by the last change
  std::optional<double> first_in_use_;  // sessions, at the first bad moment
  History history_;
};

}  // namespace spillway
