// SPDX-License-Identifier: BSD-2-Clause
// The header states the law; the constants, and the reasons for their values, are here.
#include "policy/law/limiter.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace spillway {

namespace {

using std::chrono::seconds;

constexpr double kFirstLook = 3;        // of W
constexpr double kFirstSpan = 60;       // seconds
constexpr double kHoldLook = 4;         // of W
constexpr double kTroubleFactor = 1.5;  // above the target; below it is noise
constexpr double kSlotsThreat = 0.48;   // of the slots; the rest fills in one W at ten a second
constexpr double kSlotsFull = 0.9;      // of the slots: the next burst waits in the backlog
constexpr double kDoorWait = 10;        // seconds at the door; the backlog takes lesser bursts
constexpr double kOfHeld = 0.5;         // of the slots held, in the filter: the filter's doing
constexpr double kLoadQueueShare = 0.3;
constexpr double kLoadArrivals = 1.5;
constexpr double kRequiredShare = 0.2;
constexpr double kSlotsUsable = 0.95;  // the rest answers refusals
constexpr double kPatience =
    25;  // seconds; most devices wait 60, and some messages take twice the mean
constexpr double kPatienceOverService = 1.3;
constexpr double kPatientBudget = 60;   // seconds; hardly a client gives up before it
constexpr double kNoQueueShare = 0.05;  // as good as none
constexpr double kMaxCut = 0.7;
constexpr double kMinCut = 0.95;
constexpr double kPilingUp = 3;  // of S
constexpr auto kRecent = seconds(3);
constexpr auto kUnknown = seconds(10);          // of shedding: what will complete
constexpr auto kCompletionsLook = seconds(60);  // less says more of chance than of capacity
constexpr double kHalved = 0.5;                 // of n; no effect by then: not the load
constexpr double kNoEffect = 0.68;              // of W is left: the cut had no effect
constexpr double kMinEpoch = 3;                 // seconds
constexpr double kMaxEpoch = 60;                // seconds
constexpr double kRise = 0.002;                 // of S, a look: 0.8 % a second
constexpr double kFloorRise = 0.02;             // of the way of ef0 and df0, a look
constexpr double kFall = 0.1;                   // of the way, a look
constexpr double kArrivalsLooks = 2400;         // ten minutes
constexpr auto kDeferredLook = seconds(30);     // tempfails come in clumps
constexpr double kWellDoor = 2;                 // seconds at the door; nobody notices
constexpr double kWellDeferred = 0.1;           // share; what is less is chance
constexpr auto kOver = seconds(60);             // well: the end
constexpr auto kSlowAnyway = seconds(600);      // slow without a reason to refuse
constexpr auto kCalm = seconds(10);             // without trouble: not degraded any more
constexpr auto kBlocked = seconds(3);           // a wait at the door that lasts: not just a burst
constexpr auto kSettle = seconds(5);            // of trouble: degraded
constexpr auto kLasting = std::chrono::minutes(30);  // degraded without harm: normal
constexpr auto kGap = seconds(1);
constexpr auto kRemembered = seconds(180);                 // that late messages are accepted
constexpr std::array<int, 4> kWindows = {10, 20, 40, 90};  // seconds

}  // namespace

Limiter::Limiter(const Setting& setting, const Learned& learned)
    : setting_(setting),
      learned_(learned),
      arrivals_looks_(learned.arrivals > 0 ? kArrivalsLooks : 0) {}

double Limiter::max_limit() const {
  return std::max(min_limit(), kSlotsUsable * setting_.slots);
}

double Limiter::min_limit() const {
  return std::max(2.0, std::min(4.0, 0.04 * setting_.slots));
}

void Limiter::SetSlots(double slots) {
  setting_.slots = slots;
  goodput_.SetMost(max_limit());
}

double Limiter::Target() const {
  const double budget = setting_.budget;
  const double s = learned_.no_load;
  if (s == 0) return budget / 2;
  const double target = s > budget / 4 ? s + std::min(s / 2, 0.35 * (budget - s))
                                       : std::max(2 * s, std::min(2.0, budget / 10));
  return std::min(target, 0.75 * budget);
}

void Limiter::Measure(TimePoint now, const Look& look) {
  AgedMean mean;
  for (const int length : kWindows) {
    window_ = samples_.Since(now - seconds(length));
    mean = Samples::Mean(window_, look.ages);
    if (mean.samples >= kMinSamples) break;
  }
  state_.mean = mean.mean;
  state_.samples = mean.samples;
  state_.target = Target();
  state_.late_share = Share(window_.late, window_.completed);
  const SampleSums longer = samples_.Since(now - kDeferredLook);
  state_.deferred_share =
      longer.completed < kManySamples ? 0 : Share(longer.deferred, longer.completed);
  state_.queue_share = Share(window_.queue_wait, window_.busy);
  state_.throughput = Share(window_.completed - window_.deferred, window_.span);
  state_.completions = Completions(now);
  state_.hold = Hold(now, look);
  if (window_.waived > window_.deferred) last_waived_ = now;
  const bool waived = last_waived_ && now - *last_waived_ < kRemembered;
  state_.late_accepted = setting_.budget <= kPatientBudget && (waived || !setting_.required);
  state_.arrivals = Share(window_.arrived, window_.span);
  if (look.completed > 0 || look.ages.empty()) last_completed_ = now;
  if (look.refused > 0) last_refused_ = now;
  const bool ours = look.held > 0 && look.sessions >= kOfHeld * look.held;
  if (look.door < kDoorWait || !ours) last_open_ = now;
  // Where nobody sees the door, all slots taken for as long stand for a wait.
  if (look.door >= 0 || look.sessions < kSlotsFull * setting_.slots) last_not_full_ = now;
}

double Limiter::Completions(TimePoint now) const {
  if (now - entered_ < kUnknown) return std::numeric_limits<double>::infinity();
  const SampleSums sums = samples_.Since(std::max(entered_, now - kCompletionsLook));
  return Share(sums.completed, sums.span);
}

// How long it takes until `n` messages have left, at the rate of the last seconds: infinite when
// many were to be expected and none came. A few tell nothing; then of the last W.
double Limiter::Piled(TimePoint now, double n) const {
  const SampleSums recent = samples_.Since(now - kRecent);
  if (recent.completed >= kMinSamples) return n * recent.span / recent.completed;
  const bool telling = n * recent.span >= 2 * kMinSamples * state_.mean;
  if (recent.completed == 0 && telling) return std::numeric_limits<double>::infinity();
  return window_.completed > 0 ? n * window_.span / window_.completed : 0;
}

// Sessions that have ended tell how long a slot was held; in a stall, the messages that pile up
// tell how long it will be held.
double Limiter::Hold(TimePoint now, const Look& look) const {
  const SampleSums ended =
      samples_.Since(now - Seconds(std::clamp(kHoldLook * state_.mean, 10.0, 120.0)));
  const double held = ended.completed >= kManySamples ? Share(ended.held, ended.completed) : 0;
  const double hold = std::max(state_.mean, held);
  if (setting_.budget > kPatientBudget) return hold;
  const auto n = static_cast<double>(look.ages.size());
  return std::max(hold, std::min(setting_.budget, Piled(now, n)));
}

// Only while nothing is wrong: what is learned in an incident would be taken for normal.
void Limiter::Learn() {
  double& s = learned_.no_load;
  if (s > 0 && state_.samples >= kManySamples) {
    if (state_.mean < s)
      s += kFall * (state_.mean - s);
    else if (state_.mean < 2 * s)
      s *= 1 + kRise;
  }
  if (window_.completed < kManySamples) return;
  double& late = learned_.late_floor;
  double& deferred = learned_.deferred_floor;
  late += kFloorRise * (state_.late_share - late);
  deferred += kFloorRise * (state_.deferred_share - deferred);
}

// The first completions are the fastest ones: a mean of them alone would be too short.
void Limiter::LearnFirst(TimePoint now) {
  const SampleSums sums = samples_.Since(now - seconds(kWindows.back()));
  const double mean = Share(sums.busy, sums.completed);
  if (sums.completed >= kManySamples && sums.span > std::max(kFirstSpan, kFirstLook * mean))
    learned_.no_load = mean;
}

void Limiter::LearnArrivals(const Look& look) {
  const double rate = look.arrived / InSeconds(kTick);
  // A plain average at first, then one over ten minutes.
  arrivals_looks_ = std::min(arrivals_looks_ + 1, kArrivalsLooks);
  learned_.arrivals += (rate - learned_.arrivals) / arrivals_looks_;
}

// What has lasted half an hour without harm is the new normal: another DNS zone, another scanner.
void Limiter::AcceptAsNormal(TimePoint now) {
  learned_.no_load = state_.mean;
  learned_.late_floor = state_.late_share;
  learned_.deferred_floor = state_.deferred_share;
  Become(Regime::kHealthy, Cause::kNone, now);
}

Cause Limiter::Trouble(TimePoint now, const Look& look) const {
  if (now - last_open_ >= kBlocked || now - last_not_full_ >= Seconds(kDoorWait))
    return Cause::kSlots;
  if (Deferred() >= kRequiredShare) return Cause::kRequired;
  if (!look.ages.empty() && now - last_completed_ > Seconds(setting_.budget) + seconds(2))
    return Cause::kStalled;
  if (state_.samples >= kMinSamples && state_.mean > kTroubleFactor * state_.target)
    return Cause::kSlow;
  if (PilesUp(now, look)) return Cause::kSlow;
  const bool late = window_.completed >= kManySamples && window_.late >= 3 &&
                    state_.late_share > 1.5 * learned_.late_floor + 0.05;
  return late ? Cause::kLate : Cause::kNone;
}

// Without the share that is tempfailed even when all is well (by a greylist, say).
double Limiter::Deferred() const {
  return state_.deferred_share - learned_.deferred_floor;
}

// What is done about trouble by itself, with a shorter budget, is no reason to refuse.
bool Limiter::Curable(const Look& look, Cause trouble) const {
  const bool by_waiting_less = trouble == Cause::kSlow || trouble == Cause::kLate;
  return by_waiting_less && !setting_.mandatory && look.curable;
}

// Messages come faster than they leave, and the door will be blocked soon: by Little's law, or
// because those that are there are old already.
bool Limiter::PilesUp(TimePoint now, const Look& look) const {
  const auto messages = static_cast<double>(look.ages.size());
  const double age = Share(std::accumulate(look.ages.begin(), look.ages.end(), 0.0), messages);
  return messages >= kSlotsThreat * setting_.slots &&
         std::max(age, std::min(Piled(now, messages), setting_.budget)) >
             std::max(kDoorWait, kPilingUp * learned_.no_load);
}

Cause Limiter::Threat(TimePoint now, const Look& look, Cause trouble) const {
  if (trouble == Cause::kNone || trouble == Cause::kSlots || trouble == Cause::kRequired)
    return trouble;
  if (Curable(look, trouble)) return Cause::kNone;
  return PilesUp(now, look) ? Cause::kSlots : Cause::kNone;
}

// Nothing would be lost if nobody were refused any more.
bool Limiter::Well(TimePoint now, const Look& look, Cause trouble) const {
  if (Deferred() >= kWellDeferred || look.door >= kWellDoor) return false;
  // Few messages tell nothing of those that are refused.
  if (state_.samples < kMinSamples && now - last_refused_ < kOver) return false;
  const bool lasting = now - last_threat_ > kSlowAnyway && trouble != Cause::kStalled;
  return trouble == Cause::kNone || Curable(look, trouble) || lasting;
}

bool Limiter::Surge() const {
  const double expected = learned_.arrivals * window_.span;
  // Three standard deviations of a Poisson count, so that chance at night is not a surge.
  return expected > 0 && window_.arrived >= kManySamples &&
         window_.arrived > kLoadArrivals * expected + 3 * std::sqrt(expected);
}

void Limiter::Become(Regime regime, Cause cause, TimePoint now) {
  state_.regime = regime;
  state_.cause = cause;
  state_.since = now;
}

void Limiter::Tick(TimePoint now, const Look& look) {
  if (last_tick_ && now - *last_tick_ > kGap) epoch_ = now;
  if (!last_tick_)
    state_.since = last_completed_ = last_refused_ = last_open_ = last_not_full_ = now;
  last_tick_ = now;
  samples_.Add(now, look);
  Measure(now, look);
  const Cause trouble = Trouble(now, look);
  if (limiting()) return Shed(now, look, trouble);
  const bool harmless = look.sessions < kSlotsThreat * setting_.slots;
  if (trouble == Cause::kNone && state_.regime == Regime::kHealthy) Learn();
  // At the first start there is nothing to compare with: what does no harm is normal.
  if (learned_.no_load == 0 && harmless) LearnFirst(now);
  if (state_.regime == Regime::kDegraded && now - state_.since > kLasting && harmless)
    AcceptAsNormal(now);
  const Cause threat = Threat(now, look, trouble);
  LearnArrivals(look);
  if (threat != Cause::kNone) return Enter(threat, now, look);
  if (trouble == Cause::kNone) {
    if (state_.regime == Regime::kDegraded && now - last_trouble_ > kCalm)
      Become(Regime::kHealthy, Cause::kNone, now);
    return;
  }
  // A moment of trouble is not yet worth a line in the journal.
  if (now - last_trouble_ > kGap)
    state_.since = state_.regime == Regime::kHealthy ? now : state_.since;
  last_trouble_ = now;
  if (state_.regime == Regime::kHealthy && now - state_.since > kSettle)
    Become(Regime::kDegraded, trouble, now);
}

void Limiter::Enter(Cause cause, TimePoint now, const Look& look) {
  Become(Regime::kShedding, cause, now);
  entered_ = epoch_ = last_refused_ = last_trouble_ = last_ill_ = last_threat_ = now;
  binding_ = false;
  service_ = learned_.no_load;
  load_suspected_ = state_.queue_share > kLoadQueueShare || Surge();
  goodput_.Start(min_limit(), max_limit(), load_suspected_, now);
  const double cut = std::clamp(Share(state_.target, state_.mean), kMaxCut, kMinCut);
  state_.limit = std::clamp(look.sessions * cut, min_limit(), max_limit());
  // The budget bounds every wait, and less load would not make it shorter: only the slots matter.
  only_slots_ = cause == Cause::kSlots && !load_suspected_ && setting_.budget <= kPatientBudget &&
                Deferred() < kRequiredShare;
  reference_sessions_ = std::max(look.sessions, min_limit());
  reference_mean_ = state_.mean;
  entered_sessions_ = std::min(reference_sessions_, max_limit());
}

void Limiter::Resume(double limit, TimePoint now) {
  Look look;
  look.sessions = limit;
  Enter(Cause::kSlots, now, look);
  // The cause is not known any more: be as careful as under load, and do not compare with figures
  // from before the restart.
  only_slots_ = false;
  load_suspected_ = true;
  goodput_.Start(min_limit(), max_limit(), load_suspected_, now);
  reference_mean_ = setting_.budget;
  state_.limit = std::clamp(limit, min_limit(), max_limit());
}

void Limiter::Shed(TimePoint now, const Look& look, Cause trouble) {
  binding_ = binding_ || look.refused > 0 || look.sessions >= state_.limit;
  const bool troubled = trouble != Cause::kNone;
  if (troubled) last_trouble_ = now;
  if (Threat(now, look, trouble) != Cause::kNone) last_threat_ = now;
  if (!Well(now, look, trouble)) last_ill_ = now;
  const auto well = now - last_ill_;
  if (well > kOver) return Become(troubled ? Regime::kDegraded : Regime::kHealthy, trouble, now);
  if (state_.regime == Regime::kShedding && well > kCalm)
    Become(Regime::kRecovering, state_.cause, now);
  if (state_.regime == Regime::kRecovering && well == Duration::zero())
    Become(Regime::kShedding, state_.cause, now);
  const bool soon = only_slots_ || state_.regime == Regime::kRecovering;
  const double epoch = soon ? kMinEpoch : std::clamp(state_.mean, kMinEpoch, kMaxEpoch);
  if (now - epoch_ >= Seconds(epoch)) EndEpoch(now, look);
}

// P = X * max(25, 1.3 S'): by Little's law, how many sessions are served before the waiting clients
// give up. A budget of 60 s or less bounds the wait by itself. The limit stays until enough is
// known.
double Limiter::PatienceLimit(TimePoint now) {
  if (setting_.budget <= kPatientBudget) return max_limit();
  const double patience = std::max(kPatience, kPatienceOverService * service_);
  SampleSums sums;
  for (const double stretch : {1.0, 2.0, 4.0}) {
    const double length = stretch * std::clamp(2 * state_.mean, 10.0, 90.0);
    sums = samples_.Since(std::max(entered_, now - Seconds(length)));
    if (sums.completed >= kMinSamples) break;
  }
  const bool patient = state_.mean <= patience;
  if (sums.completed < kMinSamples && sums.span < kMaxEpoch)
    return patient && binding_ && sums.completed > 0 ? max_limit() : state_.limit;
  // Where nobody waits too long, X is what was offered, not what is possible.
  if (patient && !binding_) return state_.limit;
  return Share(sums.completed - sums.deferred, sums.span) * patience;
}

// S' starts as S. If n was halved and min(W, n / X) did not fall below 0.68 of what it was, the
// load is not why the filter is slow, and S' becomes min(W, n / X); likewise at the floor.
void Limiter::NoticeRegimeChange(const Look& look) {
  // Old messages keep W high long after the queue is gone; Little's law shows the queue of now.
  const double service =
      state_.throughput > 0 ? std::min(state_.mean, look.sessions / state_.throughput) : 0;
  if (service < service_) service_ = std::max(service, learned_.no_load);
  const bool halved = look.sessions <= kHalved * reference_sessions_;
  const bool at_floor = state_.limit <= min_limit() && look.sessions <= state_.limit + 2;
  const bool no_effect = halved && service >= kNoEffect * reference_mean_;
  if ((no_effect || (at_floor && service > kPatience)) && service > service_) {
    service_ = service;
    // The load was not the cause: the cut that was made for it is undone at once.
    state_.limit = std::max(state_.limit, entered_sessions_);
  }
  reference_mean_ = halved ? service : std::max(reference_mean_, service);
  if (halved) reference_sessions_ = look.sessions;
}

// The senders who were refused meet a ramp, and no limit any more at its end.
void Limiter::Ramp() {
  double& limit = state_.limit;
  if (binding_) limit = std::min(max_limit(), limit + LimitRise(limit, true, learned_));
}

void Limiter::EndEpoch(TimePoint now, const Look& look) {
  if (state_.regime == Regime::kRecovering)
    Ramp();
  else
    Steer(now, look);
  epoch_ = now;
  binding_ = false;
}

void Limiter::Steer(TimePoint now, const Look& look) {
  NoticeRegimeChange(look);
  const bool flowing = state_.mean <= state_.target && state_.queue_share < kNoQueueShare;
  goodput_.Steer({now, binding_, flowing, state_.mean, setting_.budget}, samples_, learned_);
  const double goal = std::min({max_limit(), PatienceLimit(now), goodput_.limit()});
  double& limit = state_.limit;
  if (goal < limit)
    limit = std::max(goal, kMaxCut * limit);
  else if (binding_)
    limit = std::min(goal, limit + LimitRise(limit, only_slots_ || flowing, learned_));
  limit = std::clamp(limit, min_limit(), max_limit());
}

}  // namespace spillway
