// SPDX-License-Identifier: BSD-2-Clause
// The steps are written out in the header.
#include "policy/law/goodput.h"

#include <algorithm>
#include <cmath>

namespace spillway {

namespace {

constexpr double kJudgeAfter = 30;  // seconds, with few samples too
constexpr double kSilence = 170;    // seconds; nearly all that samples remember
constexpr double kBadShare = 0.2;   // what is rarer may be chance
constexpr double kGoodShare = 0.05;
constexpr double kHopelessShare = 0.8;
constexpr double kMaxCut = 0.6;
constexpr double kLowered = 0.9;      // of the limit: what came after it sees an old queue
constexpr double kNearBudget = 0.7;   // of B; W beyond it leaves no room for more
constexpr double kAboveNormal = 1.2;  // of S; unless that is how it always is
constexpr double kQuartered = 0.25;   // without effect: not the load
constexpr double kFewer = 0.8;        // of the sessions: what is known there says what a cut does
constexpr double kMore = 1.1;         // likewise
constexpr double kNearLimit = 1.25;   // sessions that stay so near below the limit stand for it
constexpr double kStep = 0.2;         // of the limit: all of the slots in a dozen epochs

}  // namespace

double LimitRise(double limit, bool flowing, const Learned& learned) {
  const double careful = std::max(1.0, std::sqrt(limit));
  if (flowing && limit < learned.arrivals * learned.no_load) return limit;
  return flowing ? std::max(careful, kStep * limit) : careful;
}

void GoodputLimit::Start(double least, double most, bool load_suspected, TimePoint now) {
  *this = GoodputLimit();
  least_ = least;
  limit_ = most_ = most;
  load_suspected_ = load_suspected;
  changed_ = now;
}

void GoodputLimit::Steer(const Situation& situation, const Samples& samples,
                         const Learned& learned) {
  // The effect of a change shows one W later; W may have fallen since.
  const TimePoint from = changed_ + Seconds(std::min(settling_, situation.mean));
  const SampleSums sums = samples.Since(from);
  if (situation.now < from) return;
  const double before = limit_;
  const double after = sums.completed < kMinSamples ? kSilence : kJudgeAfter;
  if (sums.completed < kManySamples && sums.span < after) return;
  if (sums.completed < kMinSamples) {
    limit_ += situation.binding && situation.flowing ? 1 : 0;
  } else {
    const Judged judged = Judge(situation, sums, learned);
    Learn(situation, judged);
    if (LateAnyway(judged))
      GiveBack();
    else
      Climb(situation, judged, learned);
  }
  limit_ = std::clamp(limit_, least_, most_);
  lowered_ = limit_ < kLowered * before;
  changed_ = situation.now;
  // Without a change there is nothing to wait for: at the floor, the first good judgement ends it.
  settling_ = limit_ == before ? 0 : situation.mean;
}

GoodputLimit::Judged GoodputLimit::Judge(const Situation& situation, const SampleSums& sums,
                                         const Learned& learned) const {
  const double sessions = Share(sums.held, sums.span);
  const double late = Share(sums.late, sums.completed) - learned.late_floor;
  const bool near_limit = situation.binding && limit_ < kNearLimit * sessions;
  Judged judged{};
  judged.in_use = std::min(sessions, limit_);
  judged.here = near_limit ? std::max(sessions, limit_) : sessions;
  judged.deferred = Share(sums.deferred, sums.completed - sums.waived) - learned.deferred_floor;
  judged.bad = std::max(load_suspected_ ? late : 0, judged.deferred);
  judged.well = sums.completed - sums.deferred - (load_suspected_ ? sums.waived : 0);
  judged.seconds = sums.span;
  return judged;
}

void GoodputLimit::Learn(const Situation& situation, const Judged& judged) {
  const bool bad = judged.bad >= kBadShare;
  if (situation.flowing && !bad) {
    history_.Forget();
    first_in_use_.reset();
  }
  // Where nobody was refused and nothing is bad, the figures only show what was offered.
  const bool telling = situation.binding || judged.bad >= kGoodShare;
  if (first_in_use_ && telling) history_.Note(judged.here, judged.well, judged.seconds);
  if (bad && !first_in_use_) first_in_use_ = judged.in_use;
}

bool GoodputLimit::LateAnyway(const Judged& judged) const {
  const bool quartered = limit_ <= std::max(least_, kQuartered * first_in_use_.value_or(0));
  const bool accepted = judged.deferred < kBadShare;
  return load_suspected_ && quartered && judged.bad > kHopelessShare && accepted;
}

void GoodputLimit::GiveBack() {
  load_suspected_ = false;
  history_.Forget();
  limit_ = most_;
}

void GoodputLimit::Climb(const Situation& situation, const Judged& judged, const Learned& learned) {
  const double here = judged.here;
  const double best = history_.Best(here);
  const double more = kMore * std::max(here, limit_);
  const bool more_is_worse = history_.Known(more) && history_.At(more) < history_.At(here);
  const bool fewer_known = history_.KnownBelow(kFewer * here);
  const bool no_room =
      situation.mean > std::max(kNearBudget * situation.budget, kAboveNormal * learned.no_load);
  const bool careful = !situation.flowing && (no_room || more_is_worse);
  const bool may_rise = situation.binding && !(load_suspected_ && no_room && !fewer_known);
  const bool good = judged.bad < kGoodShare;
  const bool hopeless = judged.bad > kHopelessShare;
  if (!good && best < here) {
    limit_ = std::min(limit_, best);
  } else if (!good && best > std::max(here, limit_)) {
    if (!lowered_) limit_ = best;
  } else if (hopeless || (judged.bad >= kBadShare && limit_ > least_ && !fewer_known)) {
    limit_ = std::max(kMaxCut, 1 - judged.bad) * judged.in_use;
  } else if (may_rise && (good || !more_is_worse)) {
    limit_ += careful ? 1 : LimitRise(limit_, situation.flowing, learned);
  }
}

}  // namespace spillway
