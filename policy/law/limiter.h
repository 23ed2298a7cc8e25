// SPDX-License-Identifier: BSD-2-Clause
// The admission law, first half: how many SMTP sessions may be in the filter at once. Input is the
// telemetry and `now`, output a limit; no clock, no I/O. Second half, who gets in: admission.h.
//
// Measured, in seconds unless said (B is the budget, m the messages in the filter, n the sessions
// with a message in the filter or soon; slots that other clients hold do not count):
//   W   age-aware mean processing time (samples.h) over 10 s, stretched to 90 s until 8 samples
//   S   the same without load, learned while healthy: a look moves it down by a tenth of the
//       difference, or up by 0.2 %
//   Wt  target for W: S > B/4 ? S + min(S/2, 0.35 (B - S)) : max(2 S, min(2, B/10)); at most 3B/4
//   ef  share of messages that ran into the budget, and ef0, the part that load does not cause
//   df  share tempfailed because a check was late or could not be made, of 20 or more in 30 s, and
//       df0, what of it is usual
//   X   good completions (all but the tempfailed) a second
//
// Trouble, the first that holds:
//   slots     new connections have waited 10 s at the door for 3 s, and half of the slots held are
//             n; or, where nobody sees the door, n >= 0.9 slots for 10 s
//   required  df >= df0 + 0.2: these messages cost 160 times as much as a refusal at connect
//   stalled   messages in flight, and none completed for B + 2 s
//   slow      W > 1.5 Wt, or messages pile up: m >= 0.48 slots, and their mean age, or m by the
//             completions a second over the last 3 s (Little's law; at most B), is above 10 s and 3
//             S
//   late      ef > 1.5 ef0 + 0.05
// The first two are harm, and a reason to refuse; the others are one once messages pile up. But not
// where nothing is mandatory and messages leave with a shorter budget (effective_budget.h). Trouble
// that is no reason to refuse is `degraded`, an alarm; after half an hour it is learned as normal.
//
// Shedding moves the limit L once an epoch of clamp(W, 3, 60) seconds, in which each step has shown
// its effect, towards min(0.95 slots, P, Q): P is what is served before clients give up, Q climbs
// to where most goes well (goodput.h). Down by at most 30 %; up by max(1, sqrt L), or by a fifth
// where nothing waits in the filter, and only if somebody was refused in the epoch. The floor, 2 to
// 4 sessions, is always admitted: no samples, no recovery.
// Once all has been well for 10 s (no trouble, or curable, or no reason to refuse for ten minutes;
// no wait of 2 s at the door; df < df0 + 0.1) the state is `recovering`: L rises by a fifth every 3
// s while it is met, the ramp for those who come back. After a minute of being well the limit ends.
// A gap of over a second between two looks (suspended machine) discards the epoch.
#pragma once

#include <optional>

#include "policy/law/goodput.h"
#include "policy/law/limiter_state.h"

namespace spillway {

class Limiter {
 public:
  struct Setting {
    double budget = 1;  // seconds
    double slots = 100;
    bool required = false;   // a check is required: late messages of devices may be tempfailed too
    bool mandatory = false;  // a check is required, or tempfails when it is late
  };
  Limiter(const Setting& setting, const Learned& learned);

  // Goes on with a limit from before a restart.
  void Resume(double limit, TimePoint now);
  // Every kTick. `now` never goes back.
  void Tick(TimePoint now, const Look& look);
  const LimiterState& state() const { return state_; }
  const Learned& learned() const { return learned_; }
  const Samples& samples() const { return samples_; }
  double max_limit() const;
  double min_limit() const;
  void SetSlots(double slots);
  // The limit is in force.
  bool limiting() const { return state_.regime >= Regime::kShedding; }

 private:
  double Target() const;
  void Measure(TimePoint now, const Look& look);
  double Completions(TimePoint now) const;
  double Piled(TimePoint now, double n) const;
  double Hold(TimePoint now, const Look& look) const;
  void Learn();
  void LearnFirst(TimePoint now);
  void LearnArrivals(const Look& look);
  void AcceptAsNormal(TimePoint now);
  Cause Trouble(TimePoint now, const Look& look) const;
  bool Curable(const Look& look, Cause trouble) const;
  bool PilesUp(TimePoint now, const Look& look) const;
  Cause Threat(TimePoint now, const Look& look, Cause trouble) const;
  bool Well(TimePoint now, const Look& look, Cause trouble) const;
  double Deferred() const;
  bool Surge() const;
  void Become(Regime regime, Cause cause, TimePoint now);
  void Enter(Cause cause, TimePoint now, const Look& look);
  void Shed(TimePoint now, const Look& look, Cause trouble);
  void EndEpoch(TimePoint now, const Look& look);
  void Ramp();
  void Steer(TimePoint now, const Look& look);
  double PatienceLimit(TimePoint now);
  void NoticeRegimeChange(const Look& look);

  Setting setting_;
  Learned learned_;
  Samples samples_;
  LimiterState state_;
  double arrivals_looks_ = 0;  // that learned_.arrivals is an average of
  SampleSums window_;          // what Measure() looked at
  std::optional<TimePoint> last_tick_;
  TimePoint last_completed_, last_trouble_, last_refused_, last_open_, last_not_full_;
  std::optional<TimePoint> last_waived_;

  // While shedding.
  TimePoint entered_, epoch_, last_threat_, last_ill_;  // a reason to refuse; not well
  bool binding_ = false;                                // the limit refused somebody in this epoch
  double service_ = 0;                                  // S'
  double reference_sessions_ = 0;                       // n and W when the descent began
  double reference_mean_ = 0;
  double entered_sessions_ = 0;                       // n when shedding began
  bool load_suspected_ = false, only_slots_ = false;  // likewise
  GoodputLimit goodput_;
};

}  // namespace spillway
