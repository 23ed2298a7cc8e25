// SPDX-License-Identifier: BSD-2-Clause
// The steps are written out in the header.
#include "policy/quality.h"

#include <algorithm>
#include <cmath>

namespace spillway {

namespace {

constexpr double kJudgeAfter = 30;  // seconds, with few samples too
constexpr double kBadShare = 0.2;   // what is rarer may be chance
constexpr double kGoodShare = 0.05;
constexpr double kHopelessShare = 0.8;
constexpr double kMaxCut = 0.6;
constexpr double kMinCut = 0.9;
constexpr double kNearBudget = 0.7;  // of B; W beyond it leaves no room for more
constexpr double kQuartered = 0.25;  // without effect: not the load
constexpr double kFewer = 0.8;       // of the sessions: what is known there says what a cut does
constexpr double kMore = 1.1;        // likewise
constexpr double kNearLimit = 1.25;  // sessions that stay so near below the limit stand for it
constexpr double kStep = 0.2;        // of the limit: all of the slots in a dozen epochs

}  // namespace

double LimitRise(double limit, bool flowing, double usual) {
  const double careful = std::max(1.0, std::sqrt(limit));
  if (flowing && limit < usual) return limit;
  return flowing ? std::max(careful, kStep * limit) : careful;
}

void QualityLimit::Start(double least, double most, bool load_suspected, TimePoint now) {
  *this = QualityLimit();
  least_ = least;
  limit_ = most_ = most;
  load_suspected_ = load_suspected;
  changed_ = now;
}

void QualityLimit::Steer(const Situation& situation, const Samples& samples) {
  // One W after a change what there is shows what it did; W may have fallen since.
  const TimePoint from = changed_ + Seconds(std::min(settling_, situation.mean));
  const SampleSums sums = samples.Since(from);
  if (situation.now < from || sums.completed < kMinSamples) return;
  if (sums.completed < kManySamples && sums.span < kJudgeAfter) return;
  const double before = limit_;
  const Judged judged = Judge(situation, sums);
  Learn(situation, judged);
  Move(situation, judged);
  limit_ = std::clamp(limit_, least_, most_);
  lowered_ = limit_ < kMinCut * before;
  changed_ = situation.now;
  // Nothing changed, nothing to wait for: at the floor, the first good one says that it is over.
  settling_ = limit_ == before ? 0 : situation.mean;
}

QualityLimit::Judged QualityLimit::Judge(const Situation& situation, const SampleSums& sums) const {
  Judged judged{};
  judged.late = Share(sums.late, sums.completed);
  judged.deferred = Share(sums.deferred, sums.completed - (sums.late - sums.deferred));
  judged.bad = std::max(load_suspected_ ? judged.late - situation.late_floor : 0, judged.deferred);
  judged.well = sums.completed - (load_suspected_ ? sums.late : sums.deferred);
  judged.seconds = sums.span;
  judged.sessions = Share(sums.held, sums.span);
  if (situation.binding)
    judged.sessions = std::max(judged.sessions, std::min(limit_, kNearLimit * judged.sessions));
  return judged;
}

void QualityLimit::Learn(const Situation& situation, const Judged& judged) {
  if (situation.flowing) {
    yield_.Forget();
    first_in_use_ = 0;
  }
  if (first_in_use_ > 0) yield_.Note(judged.sessions, judged.well, judged.seconds);
  if (first_in_use_ == 0 && judged.bad >= kBadShare) first_in_use_ = situation.in_use;
}

void QualityLimit::Move(const Situation& situation, const Judged& judged) {
  const bool quartered = limit_ <= std::max(least_, kQuartered * first_in_use_);
  const bool in_vain = judged.bad > kHopelessShare && quartered;
  if (load_suspected_ && in_vain && judged.deferred < kBadShare) {
    load_suspected_ = false;
    yield_.Forget();
    limit_ = most_;
    return;
  }
  Climb(situation, judged);
}

void QualityLimit::Climb(const Situation& situation, const Judged& judged) {
  const double here = judged.sessions;
  const double best = yield_.Best(here);
  const double more = kMore * std::max(here, limit_);
  const bool more_is_worse = yield_.Known(more) && yield_.At(more) < yield_.At(here);
  const bool near_budget = situation.mean > kNearBudget * situation.budget;
  const bool careful = !situation.flowing && (near_budget || more_is_worse);
  const double rise = careful ? 1 : LimitRise(limit_, situation.flowing, situation.usual);
  const bool may_rise = situation.binding && !(load_suspected_ && near_budget);
  const bool good = judged.bad < kGoodShare;
  if (!good && best < here) {
    limit_ = std::min(limit_, best);
  } else if (!good && best > std::max(here, limit_)) {
    if (!lowered_) limit_ = best;
  } else if (judged.bad > kHopelessShare ||
             (judged.bad >= kBadShare && limit_ > least_ && !yield_.KnownBelow(kFewer * here))) {
    limit_ = std::clamp(1 - judged.bad, kMaxCut, kMinCut) * situation.in_use;
  } else if (may_rise && (good || !more_is_worse)) {
    limit_ += rise;
  }
}

}  // namespace spillway
