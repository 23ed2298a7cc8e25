// SPDX-License-Identifier: BSD-2-Clause
// The header states the law.
#include "policy/law/limiter.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace spillway {

namespace {

bool Lasts(TimePoint now, TimePoint since, double seconds) {
  return now - since >= Seconds(seconds);
}

}  // namespace

Limiter::Limiter(const Setting& setting, const Learned& learned, const Constants& constants)
    : setting_(setting),
      learned_(learned),
      constants_(constants),
      learned_looks_(learned.arrivals > 0 ? constants.lasting / InSeconds(kTick) : 0) {}

double Limiter::max_limit() const {
  return std::max(min_limit(), constants_.full * setting_.slots);
}

double Limiter::min_limit() const {
  return std::max(2.0, constants_.step * setting_.slots);
}

double Limiter::Target() const {
  return std::max(constants_.slow * learned_.no_load, constants_.harm * setting_.budget);
}

void Limiter::Measure(TimePoint now, const Look& look, const Samples& samples) {
  const SampleSums sums = samples.Enough(constants_.look, constants_.few);
  const AgedMean mean = Samples::Mean(sums, look.ages);
  state_.mean = mean.mean;
  state_.samples = mean.samples;
  state_.target = Target();
  state_.late_share = sums.late < constants_.few ? 0 : Share(sums.late, sums.completed);
  state_.queue_share = Share(sums.queue_wait, sums.busy);
  state_.throughput = Share(sums.completed - sums.deferred, sums.span);
  state_.arrivals = Share(sums.arrived, sums.span);
  const SampleSums moment = samples.Since(now - Seconds(constants_.moment));
  const SampleSums longer = samples.Since(now - Seconds(constants_.half * constants_.minute));
  state_.deferred_share =
      longer.deferred < constants_.few ? 0 : Share(longer.deferred, longer.completed);
  deferred_ = Less(longer) ? state_.deferred_share - learned_.deferred_floor : 0;
  pile_ = Pile(look, samples, moment);
  less_ = Less(moment);
  stands_ = moment.came >= constants_.few && moment.completed == 0;
  soon_ = static_cast<double>(look.ages.size()) + moment.came - moment.completed;
  state_.hold = Hold(sums);
  if (look.completed > 0 || look.ages.empty()) last_completed_ = now;
  if (look.refused > 0) last_refused_ = now;
  // Where nobody sees the door, all slots taken stand for a wait.
  const bool ours = look.sessions >= constants_.half * look.held;
  const bool blocked = look.door < 0 ? look.sessions >= constants_.full * setting_.slots
                                     : look.door >= constants_.door && ours && look.held > 0;
  if (!blocked && !(PilesUp() && !Curable(look))) last_open_ = now;
}

// How old the messages in the filter are or will be, at the rate of the last moment, or of as long
// as it takes to see a few.
double Limiter::Pile(const Look& look, const Samples& samples, const SampleSums& moment) const {
  const auto messages = static_cast<double>(look.ages.size());
  const double age = Share(std::accumulate(look.ages.begin(), look.ages.end(), 0.0), messages);
  // Where a few have come within the moment, none tells, too.
  const SampleSums recent =
      moment.came >= constants_.few ? moment : samples.Enough(constants_.moment, constants_.few);
  const double leave =
      recent.completed > 0 ? messages * recent.span / recent.completed : setting_.budget;
  return std::max(age, std::min(setting_.budget, leave));
}

// Sessions that have ended tell how long a slot was held; in a stall, the messages that pile up
// tell how long it will be held.
double Limiter::Hold(const SampleSums& ended) const {
  return std::max({state_.mean, Share(ended.held, ended.completed), pile_});
}

// Not half as many messages go well as usual. Where more do, the filter does what it can, and what
// is tempfailed is what comes beyond that.
bool Limiter::Less(const SampleSums& sums) const {
  const double usual = learned_.arrivals * sums.span;
  return usual == 0 || sums.completed - sums.deferred < constants_.half * usual;
}

// What is late says nothing of the time without load.
bool Limiter::Usual() const {
  return state_.late_share < constants_.harm / 2;
}

// An average of all looks at first, then of the last ones. The first completions are the fastest
// ones: a mean of them alone would be too short.
void Limiter::Learn(const Samples& samples) {
  const SampleSums sums = samples.Enough(constants_.minute, constants_.few);
  if (sums.completed < constants_.few || sums.span < constants_.half * constants_.minute) return;
  learned_looks_ = std::min(learned_looks_ + 1, constants_.lasting / InSeconds(kTick));
  const auto average = [this](double& of, double value) { of += (value - of) / learned_looks_; };
  average(learned_.arrivals, Share(sums.came, sums.span));
  average(learned_.late_floor, Share(sums.late, sums.completed));
  average(learned_.deferred_floor, Share(sums.deferred, sums.completed));
  if (Usual()) average(learned_.no_load, Share(sums.busy, sums.completed));
}

// Those who were refused have not all come back.
bool Limiter::Returns(TimePoint now) const {
  return last_shed_ && !Lasts(now, *last_shed_, constants_.comeback);
}

// How long the door must be blocked. Those who were refused come back in bursts: for as long as
// they do, only what lasts is harm.
double Limiter::Patience(TimePoint now, const Look& look) const {
  if (!limiting() && Returns(now)) return constants_.half * constants_.minute;
  if (stands_ && PilesUp() && !Curable(look)) return 0;
  return look.door < 0 ? constants_.look : constants_.moment;
}

Cause Limiter::Trouble(TimePoint now, const Look& look) const {
  if (deferred_ >= constants_.harm) return Cause::kRequired;
  if (Lasts(now, last_open_, Patience(now, look))) return Cause::kSlots;
  const bool waits = !look.ages.empty();
  if (waits && Lasts(now, last_completed_, setting_.budget + constants_.moment))
    return Cause::kStalled;
  const bool known = learned_.no_load > 0 && state_.samples >= constants_.few;
  if ((known && state_.mean > state_.target) || PilesUp()) return Cause::kSlow;
  const bool late = state_.late_share >= learned_.late_floor + constants_.harm;
  return late ? Cause::kLate : Cause::kNone;
}

// Messages leave by themselves, with a shorter budget: no reason to refuse.
bool Limiter::Curable(const Look& look) const {
  return !setting_.mandatory && look.curable;
}

// Messages come faster than they leave, not for their number, and the door will be blocked soon.
bool Limiter::PilesUp() const {
  return less_ && soon_ >= constants_.half * setting_.slots && pile_ > state_.target;
}

// Nothing would be lost if nobody were refused any more.
bool Limiter::Well(TimePoint now, const Look& look, Cause trouble) const {
  if (deferred_ >= constants_.harm / 2 || look.door >= constants_.moment) return false;
  // Few messages tell nothing of those that are refused.
  const bool few = state_.samples < constants_.few;
  if (few && !Lasts(now, last_refused_, constants_.minute)) return false;
  if (Harm(trouble) || trouble == Cause::kStalled) return false;
  return trouble == Cause::kNone || Curable(look) || Lasts(now, last_harm_, constants_.lasting);
}

void Limiter::Become(Regime regime, Cause cause, TimePoint now) {
  state_.regime = regime;
  state_.cause = cause;
  state_.since = now;
}

void Limiter::Tick(TimePoint now, const Look& look, const Samples& samples) {
  if (!last_tick_) state_.since = last_completed_ = last_refused_ = last_open_ = now;
  if (last_tick_ && Lasts(now, *last_tick_, constants_.moment)) epoch_ = now;
  last_tick_ = now;
  Measure(now, look, samples);
  const Cause trouble = Trouble(now, look);
  if (limiting()) return Shed(now, look, samples, trouble);
  if (Harm(trouble)) return Enter(trouble, now, look.sessions);
  const bool first = learned_.no_load == 0;
  // At the first start there is nothing to compare with: what does no harm is normal. So is what
  // has lasted without harm: another DNS zone, another scanner.
  const bool lasting =
      state_.regime == Regime::kDegraded && Lasts(now, state_.since, constants_.lasting);
  const bool usual = trouble == Cause::kNone && state_.regime == Regime::kHealthy;
  if ((usual && !Returns(now)) || first || lasting) Learn(samples);
  Watch(now, trouble);
}

// A moment of trouble is not yet worth a line in the journal.
void Limiter::Watch(TimePoint now, Cause trouble) {
  const bool degraded = state_.regime == Regime::kDegraded;
  if (trouble == Cause::kNone) {
    if (!degraded) state_.since = now;
    if (degraded && Lasts(now, last_trouble_, constants_.look))
      Become(Regime::kHealthy, Cause::kNone, now);
    return;
  }
  last_trouble_ = now;
  if (!degraded && Lasts(now, state_.since, constants_.moment))
    Become(Regime::kDegraded, trouble, now);
}

void Limiter::Enter(Cause cause, TimePoint now, double sessions) {
  Become(Regime::kShedding, cause, now);
  epoch_ = last_refused_ = last_crowd_ = last_ill_ = last_harm_ = now;
  binding_ = false;
  state_.limit = std::clamp(sessions, min_limit(), max_limit());
}

void Limiter::Resume(double limit, TimePoint now) {
  Enter(Cause::kSlots, now, limit);
}

// Refusing ends after a minute of being well, if hardly anybody is refused any more: else being
// well may be due to it. But it lasts not for long without harm.
bool Limiter::Over(TimePoint now, const Samples& samples) {
  const SampleSums recent = samples.Since(now - Seconds(constants_.minute));
  if (Share(recent.refused, recent.arrived) >= constants_.harm) last_crowd_ = now;
  return Lasts(now, last_ill_, constants_.minute) &&
         (Lasts(now, last_crowd_, constants_.look) || Lasts(now, last_ill_, constants_.lasting));
}

void Limiter::Shed(TimePoint now, const Look& look, const Samples& samples, Cause trouble) {
  binding_ = binding_ || look.refused > 0 || look.sessions >= state_.limit;
  if (trouble != Cause::kNone) last_trouble_ = now;
  last_shed_ = now;
  if (Harm(trouble)) last_harm_ = now;
  if (!Well(now, look, trouble)) last_ill_ = now;
  if (Over(now, samples))
    return Become(trouble == Cause::kNone ? Regime::kHealthy : Regime::kDegraded, trouble, now);
  if (state_.regime == Regime::kShedding && Lasts(now, last_ill_, constants_.look))
    Become(Regime::kRecovering, state_.cause, now);
  if (state_.regime == Regime::kRecovering && last_ill_ == now)
    Become(Regime::kShedding, state_.cause, now);
  const double epoch = std::clamp(state_.mean, constants_.moment, constants_.minute);
  if (Lasts(now, epoch_, epoch)) Steer(now, look, samples);
}

// Where half of the slots stay free, no mistake blocks the door.
double Limiter::Rise() const {
  const double safe = constants_.half * setting_.slots;
  return std::max(
      {1.0, constants_.step * state_.limit, std::min(state_.limit, safe - state_.limit)});
}

void Limiter::Steer(TimePoint now, const Look& look, const Samples& samples) {
  const SampleSums sums = samples.Since(epoch_);
  // A few say nothing; but none for a minute says that it may be more.
  if (sums.completed < constants_.few && !Lasts(now, epoch_, constants_.minute)) return;
  const double deferred = Share(sums.deferred, sums.completed) - learned_.deferred_floor;
  const bool blocked = look.door >= constants_.moment || PilesUp();
  const bool bad = deferred >= constants_.harm / 2 && Less(sums);
  const double used = std::min(state_.limit, std::max(look.sessions, Share(sums.held, sums.span)));
  if (blocked || bad)
    state_.limit = used * (1 - std::min(constants_.cut, blocked ? 1 : deferred));
  else if (binding_)
    state_.limit += Rise();
  state_.limit = std::clamp(state_.limit, min_limit(), max_limit());
  epoch_ = now;
  binding_ = false;
}

}  // namespace spillway
