// SPDX-License-Identifier: BSD-2-Clause
// The steps are written out in the header.
#include "policy/quality.h"

#include <algorithm>
#include <cmath>

namespace spillway {

namespace {

constexpr double kJudgeAfter = 30;   // seconds, with few samples too
constexpr double kBadShare = 0.2;    // above the floor
constexpr double kGoodShare = 0.05;  // above the floor
constexpr double kHopelessShare = 0.8;
constexpr double kMaxCut = 0.6;
constexpr double kMinCut = 0.9;
constexpr double kNearBudget = 0.7;  // of B; W beyond it leaves no room for more
constexpr double kHalved = 0.5;      // without effect: not the load
constexpr double kQuartered = 0.25;  // the same where the load is suspected
constexpr double kNoEffect = 0.68;   // of the bad share left
constexpr double kDeviations = 2;    // less may be chance
constexpr double kWellLost = 0.7;    // of what went well: the cut took it
constexpr double kWorse = 1.3;       // the bad share: it had not come to rest
constexpr double kSameLevel = 1.1;
constexpr double kStep = 0.2;  // of the limit: all of the slots in a dozen epochs

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

void QualityLimit::Steer(const Situation& situation, const Samples& samples, double& late_floor) {
  // One W after a change what there is shows what it did; W may have fallen since.
  const TimePoint from = changed_ + Seconds(std::min(settling_, situation.mean));
  const SampleSums sums = samples.Since(from);
  if (situation.now < from || sums.completed < kMinSamples) return;
  if (sums.completed < kManySamples && sums.span < kJudgeAfter) return;
  Shares shares{};
  shares.in_use = situation.in_use;
  shares.late = Share(sums.late, sums.completed);
  shares.deferred = Share(sums.deferred, sums.completed - (sums.late - sums.deferred));
  shares.bad =
      std::max(load_suspected_ ? shares.late - late_floor : 0, shares.deferred - deferred_floor_);
  shares.well = sums.completed - (load_suspected_ ? sums.late : sums.deferred);
  shares.span = sums.span;
  const double before = limit_;
  if (shares.bad > kBadShare)
    Lower(shares, late_floor);
  else
    Raise(situation, shares.bad);
  changed_ = situation.now;
  // Nothing changed, nothing to wait for: at the floor, the first good one says that it is over.
  settling_ = limit_ == before ? 0 : situation.mean;
}

void QualityLimit::Raise(const Situation& situation, double bad) {
  const bool good = bad < kGoodShare;
  if (good) descending_ = false;
  const bool near_budget = load_suspected_ && situation.mean > kNearBudget * situation.budget;
  if (!situation.binding || near_budget) return;
  // Between good and bad, only by one: it must not stay where it is for ever.
  limit_ = std::min(most_,
                    limit_ + (good ? LimitRise(limit_, situation.flowing, situation.usual) : 1.0));
}

// By more than chance.
bool QualityLimit::TookWhatWentWell(const Shares& shares) const {
  const double before = Share(reference_.well, reference_.span);
  const double after = Share(shares.well, shares.span);
  if (after >= kWellLost * before || reference_.well < kMinSamples) return false;
  const double variance =
      before * before / reference_.well + after * after / std::max(1.0, shares.well);
  return before - after > kDeviations * std::sqrt(variance);
}

bool QualityLimit::NotTheLoad(const Shares& shares, double& late_floor) {
  const bool in_vain = shares.bad >= kNoEffect * reference_.bad;
  if (!in_vain && !TookWhatWentWell(shares)) return false;
  descending_ = false;
  if (shares.deferred >= kHopelessShare) {
    limit_ = least_;
    return true;
  }
  late_floor = shares.late;
  deferred_floor_ = shares.deferred;
  good_ = shares.in_use;
  // Late and accepted, whatever we do: then only the slots matter.
  limit_ = shares.deferred < kBadShare ? most_ : std::max(limit_, top_);
  return true;
}

void QualityLimit::Lower(const Shares& shares, double& late_floor) {
  const double less = load_suspected_ ? kQuartered : kHalved;
  const bool judged_before = descending_ || limit_ <= least_;
  // What still gets worse cannot be judged by how it was.
  const bool worse = descending_ && shares.bad > kWorse * reference_.bad;
  if (!descending_) top_ = shares.in_use;
  if (!descending_ || worse) {
    descending_ = true;
    reference_ = shares;
  }
  // A quiet moment before the first cut says nothing of what cuts do.
  const bool halved = judged_before && shares.in_use <= std::max(less * reference_.in_use, least_);
  if (halved && NotTheLoad(shares, late_floor)) return;
  if (halved) {
    reference_ = shares;
  }
  if (shares.in_use <= kSameLevel * good_) good_ = 0;
  const double cut = std::clamp(1 - shares.bad, kMaxCut, kMinCut);
  limit_ = std::max({least_, cut * shares.in_use, good_});
}

}  // namespace spillway
