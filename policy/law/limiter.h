// SPDX-License-Identifier: BSD-2-Clause
// The admission law, first half: how many SMTP sessions may be in the filter at once. Input is the
// telemetry and `now`, output a limit; no clock, no I/O. Second half, who gets in: admission.h.
//
// Measured, in seconds unless said (B is the budget, n the sessions that hold a slot):
//   W   age-aware mean processing time (samples.h) over 10 s, stretched to 90 s until 8 samples
//   S   the same without load, learned while healthy: a look moves it down by a tenth of the
//       difference, or up by 0.2 %
//   Wt  target for W: S > B/4 ? S + min(S/2, 0.35 (B - S)) : max(2 S, min(2, B/10)); at most 3B/4
//   ef  share of messages that ran into the budget, and ef0, the part that load does not cause
//   df  share tempfailed at the end of message, and df0, what is tempfailed when all is well
//   X   good completions (all but the tempfailed) a second
//
// Trouble: W > 1.5 Wt, or ef > 1.5 ef0 + 0.05, or messages in flight and none completed for B + 2
// s, or 0.48 of the slots taken and n / (completions a second over the last 3 s) above 3 Wt (by
// Little's law, sessions pile up), or 0.9 of the slots taken for 3 s.
// Trouble alone is not a reason to refuse: with a short budget every message may be late and
// accepted while slots are plentiful. That is `degraded`: an alarm and a line in the journal. After
// half an hour without harm this state is learned as normal. Refusing helps when
//   slots     n >= 0.48 slots: the gateway is about to stop answering;
//   load      the filter's own queue is 30 % of W, or arrivals are 1.5 times the learned rate;
//   required  df >= df0 + 0.2: the message would be tempfailed anyway, and that costs 160 times as
//             much as a refusal at connect.
//
// Shedding moves the limit L once an epoch. An epoch lasts clamp(W, 3, 60) seconds, so that each
// step has shown its effect before the next. L moves towards
//   goal = min(0.95 slots, X * patience, Q),   patience = max(25, 1.3 S')
// down by at most 30 %, up by max(1, sqrt L), or by a fifth where nothing waits in the filter
// (LimitRise), and only if somebody was refused in the epoch: L does not drift, and the surge after
// the repair meets a ramp. X * patience is, by Little's law, the backlog that clients wait for.
// A budget of 60 s or less bounds the wait by itself: the term X * patience is left out, and if the
// cause is slots and no load is suspected, L rises by a fifth every 3 s.
//   S'  starts as S. If n was halved and min(W, n / X) did not fall below 0.68 of what it was, the
//       load is not why the filter is slow, and S' becomes min(W, n / X) (regime change); likewise
//       at the floor. S' falls as soon as min(W, n / X) does.
//   Q   climbs to the number of sessions with the most good messages a second (goodput.h).
// The floor, 2 to 4 sessions, is always admitted: no samples, no recovery.
// After 60 s without a refusal the state is `recovering`: the limit stays, as senders come back in
// bursts (Postfix after up to 4000 s). It ends after 70 minutes without a refusal, when n < 0.48
// slots. A gap of over a second between two looks (suspended machine) discards the epoch.
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
    bool required = false;  // a check is required: late messages of devices may be tempfailed too
  };
  Limiter(const Setting& setting, const Learned& learned);

  // Goes on with a limit that was in force until a moment ago: after a restart.
  void Resume(double limit, TimePoint now);
  // Every kTick. `now` never goes back.
  void Tick(TimePoint now, const Look& look);
  const LimiterState& state() const { return state_; }
  const Learned& learned() const { return learned_; }
  const Samples& samples() const { return samples_; }
  double max_limit() const;
  double min_limit() const;
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
  Cause Threat(const Look& look, Cause trouble) const;
  double Deferred() const;
  bool Surge() const;
  void Become(Regime regime, Cause cause, TimePoint now);
  void Enter(Cause cause, TimePoint now, const Look& look);
  void Shed(TimePoint now, const Look& look, Cause trouble);
  void EndEpoch(TimePoint now, const Look& look);
  double PatienceLimit(TimePoint now);
  void NoticeRegimeChange(const Look& look);

  const Setting setting_;
  Learned learned_;
  Samples samples_;
  LimiterState state_;
  double arrivals_looks_ = 0;  // that learned_.arrivals is an average of
  SampleSums window_;          // what Measure() looked at
  std::optional<TimePoint> last_tick_;
  TimePoint last_completed_;
  TimePoint last_trouble_;
  TimePoint last_refused_;
  TimePoint last_not_full_;
  std::optional<TimePoint> last_waived_;

  // While shedding.
  TimePoint entered_;
  TimePoint epoch_;
  bool binding_ = false;           // the limit refused somebody in this epoch
  double service_ = 0;             // S'
  double reference_sessions_ = 0;  // n and W when the descent began
  double reference_mean_ = 0;
  double entered_sessions_ = 0;  // n when shedding began
  bool load_suspected_ = false;  // when shedding began
  bool only_slots_ = false;
  GoodputLimit goodput_;
};

}  // namespace spillway
