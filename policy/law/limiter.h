// SPDX-License-Identifier: BSD-2-Clause
// The admission law, first half: how many SMTP sessions may be in the filter at once. Telemetry and
// `now` in, a limit out; no clock, no I/O. The second half, who gets a place, is admission.h.
//
// Measured, in seconds unless said (B is the budget, n the sessions that hold a slot):
//   W   age-aware mean processing time (samples.h) over 10 s, stretched to 90 s until 8 samples
//   S   the same without load, learned while healthy: falls at once, rises 0.2 % a look
//   Wt  what W may be: S > B/4 ? S + min(S/2, 0.35 (B - S)) : max(2 S, min(2, B/10)); at most 3B/4
//   ef  share of messages that ran into the budget, and ef0, the part that load does not cause
//   df  share tempfailed at the end of message, and df0, what is tempfailed when all is well
//   X   good completions (all but the tempfailed) a second
//
// Trouble: W > 1.5 Wt, or ef > 1.5 ef0 + 0.05, or in flight but nothing completed for B + 2 s, or
// 0.48 of the slots taken and n / X over the last 3 s above 3 Wt (Little: it piles up), or 0.9 of
// the slots taken for 3 s.
// Trouble alone is not a reason to refuse: with a short budget every message may be late and
// accepted while slots are plentiful. That is `degraded`: alarm and journal, and after half an hour
// without harm the new normal. Refusing helps when
//   slots     n >= 0.48 slots: the gateway is about to stop answering;
//   load      the filter's own queue is 30 % of W, or arrivals are 1.5 times the learned rate;
//   required  df >= df0 + 0.2: the message would be tempfailed anyway, 160 times dearer than at
//   connect.
//
// Shedding moves the limit L once an epoch, clamp(W, 3, 60), so that it never acts before it can
// see what it did. It steers to
//   goal = min(0.95 slots, X * patience, Q),   patience = max(25, 1.3 S')
// down by at most 30 %, up by max(1, sqrt L), or by a fifth where nothing waits in the filter
// (LimitRise), and only while L was binding: no drift, and the surge after the repair meets a ramp.
// X * patience, Little's law with a mean, is the backlog that clients will wait for; a budget of
// 60 s or less bounds the wait by itself, and there is no such term; then, with slots as the cause
// and no load suspected, L rises by a fifth every 3 s.
//   S'  is S, until n was halved while min(W, n / X) stayed within 3/4: then what is slow is not
//       the load, and S' becomes that (regime change); likewise at the floor. It falls as soon as
//       that does.
//   Q   climbs to where most goes well, by the share of late and tempfailed messages (goodput.h).
// The floor, 2 to 4 sessions, is always admitted: no samples, no recovery.
// After 60 s without a refusal it is `recovering`: the limit stays, because senders come back in
// bursts (Postfix after up to 4000 s). The end: 70 minutes without a refusal, and n < 0.48 slots. A
// gap of over a second between two looks (suspended machine) discards the epoch.
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
    bool required = false;  // some check is: late messages of devices, too, may be tempfailed
  };
  Limiter(const Setting& setting, const Learned& learned);

  // Goes on with a limit that was in force until a moment ago: after a restart.
  void Resume(double limit, TimePoint now);
  // Every kTick. `now` never goes back.
  void Tick(TimePoint now, const Look& look);
  const LimiterState& state() const { return state_; }
  const Learned& learned() const { return learned_; }
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
