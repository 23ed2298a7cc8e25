// SPDX-License-Identifier: BSD-2-Clause
// The admission law, first half: how many SMTP sessions may be in the filter at once. Input is the
// telemetry and `now`, output a limit; no clock, no I/O. Second half, who gets in: admission.h. The
// numbers, here by name, are in constants.h.
//
// Measured, in seconds unless said (B is the budget, m the messages in the filter, n the sessions
// with a message in the filter or soon; slots that other clients hold do not count):
//   W   age-aware mean processing time (samples.h) over a look, or longer until few have completed
//   S   the same without load, learned while healthy: an average of the last `lasting`
//   Wt  what W may be: max(slow S, harm B)
//   ef  share of messages that ran into the budget, and ef0, what of it is usual
//   df  share tempfailed because a check was late or could not be made, in half a minute, if they
//       are a few or more, and df0, what of it is usual
//   m'  the messages in the filter a moment from now, if they go on to come and leave as they did
//   pile  their mean age, or, if longer, how long they take to leave (Little's law; at most B)
//
// Trouble, the first that holds:
//   required  df >= df0 + harm, and less goes well than usual: each such message costs 160 times as
//             much as a refusal at connect
//   slots     for a moment, new connections have waited `door` at the door, and half of the slots
//             held are n; or messages pile up, and do not leave with a shorter budget
//             (effective_budget.h), which counts at once when a few have come and none has
//             completed; or, where nobody sees the door, n >= full slots for a look. In the hour
//             and a half in which the refused come back, in bursts, for half a minute
//   stalled   messages in flight, and none completed for B and a moment
//   slow      W > Wt, or messages pile up: m' >= half of the slots, pile > Wt, and less goes well
//             than usual
//   late      ef >= ef0 + harm
// "Less than usual": not half of what comes while healthy; where more goes well, refusing would
// save nothing. The first two are harm, and a reason to refuse; the others are `degraded`, an
// alarm. What has lasted for long is learned as normal, but not messages that are late.
//
// Shedding begins with the sessions that there are as the limit, and moves it once an epoch of
// clamp(W, moment, minute), in which each step has shown its effect:
//   down by the share tempfailed since the last step, at most by `cut`, where that is above harm/2
//        and less goes well than usual; by `cut` where the door is blocked, or messages pile up
//   up   by a step, where somebody was refused; below half of the slots it doubles
// It stays above a fifth of the slots, for without samples there is no recovery, and below nine
// tenths, for refusals need some.
// Once all has been well for a look (no harm, no wait at the door, no trouble that lasts) the state
// is `recovering`: those who were refused meet a ramp. After a minute of being well the limit ends,
// once hardly anybody is refused, and after `lasting` in any case.
// A gap of over a moment between two looks (suspended machine) discards the epoch.
#pragma once

#include <optional>

#include "policy/law/limiter_state.h"
#include "policy/law/samples.h"

namespace spillway {

class Limiter {
 public:
  struct Setting {
    double budget = 1;  // seconds
    double slots = 100;
    bool mandatory = false;  // a check is required, or tempfails when it is late
  };
  Limiter(const Setting& setting, const Learned& learned, const Constants& constants);

  // Goes on with a limit from before a restart.
  void Resume(double limit, TimePoint now);
  // Every kTick. `now` never goes back. `samples` with this look.
  void Tick(TimePoint now, const Look& look, const Samples& samples);
  const LimiterState& state() const { return state_; }
  const Learned& learned() const { return learned_; }
  double max_limit() const;
  double min_limit() const;
  void SetSlots(double slots) { setting_.slots = slots; }
  // The limit is in force.
  bool limiting() const { return state_.regime >= Regime::kShedding; }

 private:
  void Measure(TimePoint now, const Look& look, const Samples& samples);
  double Target() const;
  double Pile(const Look& look, const Samples& samples, const SampleSums& moment) const;
  double Hold(const SampleSums& ended) const;
  void Learn(const Samples& samples);
  bool Usual() const;
  bool Less(const SampleSums& sums) const;
  double Patience(TimePoint now, const Look& look) const;
  double Rise() const;
  Cause Trouble(TimePoint now, const Look& look) const;
  bool Curable(const Look& look) const;
  bool Over(TimePoint now, const Samples& samples);
  static bool Harm(Cause trouble) {
    return trouble == Cause::kRequired || trouble == Cause::kSlots;
  }
  bool Returns(TimePoint now) const;
  bool PilesUp() const;
  bool Well(TimePoint now, const Look& look, Cause trouble) const;
  void Become(Regime regime, Cause cause, TimePoint now);
  void Watch(TimePoint now, Cause trouble);
  void Enter(Cause cause, TimePoint now, double sessions);
  void Shed(TimePoint now, const Look& look, const Samples& samples, Cause trouble);
  void Steer(TimePoint now, const Look& look, const Samples& samples);

  Setting setting_;
  Learned learned_;
  const Constants constants_;
  LimiterState state_;
  double deferred_ = 0;  // share that is more than usual, where fewer messages go well than usual
  double soon_ = 0, pile_ = 0;          // messages in the filter a moment from now; seconds
  bool less_ = false, stands_ = false;  // fewer messages go well than usual; none completes
  double learned_looks_ = 0;            // that learned_ is an average of
  std::optional<TimePoint> last_tick_, last_shed_;
  TimePoint last_completed_, last_trouble_, last_refused_, last_open_;

  // While shedding.
  TimePoint epoch_, last_harm_, last_ill_, last_crowd_;  // a reason to refuse; not well
  bool binding_ = false;                                 // the limit refused somebody in this epoch
};

}  // namespace spillway
