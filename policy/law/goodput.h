// SPDX-License-Identifier: BSD-2-Clause
// Q, the part of the admission limit that keeps messages from being late or tempfailed. Pure.
//
// bad is the larger of
//   df  share of messages tempfailed at the end of message, above the share when all is well (df0);
//       late messages that were accepted are left out
//   ef  share of messages that ran into the budget, above the share that load does not cause (ef0);
//       counts only if load was suspected from the start: else messages are late with any limit
//
// Q climbs to the number of sessions with the most good messages a second (admission by marginal
// throughput: Protego, NSDI 2023). Too many sessions wait for each other until all are late, too
// few leave the filter idle, and when a scanner is slow nobody knows the right number. A judgement
// at the end of an epoch needs 20 completions, or 8 in 30 s, from one W after the last change on.
// The first of these rules that applies is taken:
//   - bad < 0.05: Q rises.
//   - more went well (history.h) with another number of sessions: Q goes there. Down at once; up
//     not at the first judgement after a cut, which the old queue makes look worse than it is.
//   - bad >= 0.2 and nothing is known about fewer sessions, or bad > 0.8: Q is cut by the bad
//     share, at most by 40 %.
//   - else fewer sessions are no better: Q rises, unless more sessions are known to be worse.
// Q rises only if somebody was refused, by LimitRise(). It rises by 1 only where something waits in
// the filter and either there is no room (W > 0.7 B and W > 1.2 S) or more sessions are known to be
// worse. Without room, while load is suspected and nothing is known about fewer sessions, Q does
// not rise at all.
// What was noted before the first bad judgement, and before W was within its target with bad < 0.2,
// belongs to another situation and is forgotten.
// If Q was quartered or is at the floor, more than 0.8 of the messages are late, and late messages
// are accepted, load is not the cause: ef counts no more, and Q returns to its maximum.
// The number of sessions is their average; if somebody was refused and at most a fifth of Q was
// free, it is Q.
// Where fewer than 8 messages complete in three minutes, Q rises by 1 if somebody was refused and
// W is within its target.
#pragma once

#include <optional>

#include "policy/law/history.h"
#include "policy/law/limiter_state.h"
#include "policy/law/samples.h"

namespace spillway {

// How many sessions a limit rises by in one epoch: max(1, sqrt(limit)). Where nothing waits in the
// filter, no queue can build up by mistake: then by a fifth, and below the sessions that are usual
// while healthy, the limit doubles.
double LimitRise(double limit, bool flowing, const Learned& learned);

class GoodputLimit {
 public:
  // When shedding begins. Sessions.
  void Start(double least, double most, bool load_suspected, TimePoint now);

  // The slots are not as many as they were taken for.
  void SetMost(double most) {
    if (limit_ == most_) limit_ = most;
    most_ = most;
  }

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
    double here;    // sessions for which the figures are noted
    double deferred, bad;
    double well, seconds;  // good messages, and in how much time
  };
  Judged Judge(const Situation& situation, const SampleSums& sums, const Learned& learned) const;
  void Learn(const Situation& situation, const Judged& judged);
  bool LateAnyway(const Judged& judged) const;
  void GiveBack();
  void Climb(const Situation& situation, const Judged& judged, const Learned& learned);

  double least_ = 0, most_ = 0;
  bool load_suspected_ = false;
  double limit_ = 0;  // Q
  // Messages that ended before changed_ + settling_ seconds do not count.
  TimePoint changed_;
  double settling_ = 0;
  bool lowered_ = false;                // by the last change
  std::optional<double> first_in_use_;  // sessions, at the first bad moment
  History history_;
};

}  // namespace spillway
