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
constexpr double kSameLevel = 1.1;

}  // namespace

void QualityLimit::Start(double least, double most, bool load_suspected, TimePoint now) {
  *this = QualityLimit();
  least_ = least;
  limit_ = most_ = most;
  load_suspected_ = load_suspected;
  from_ = now;
}

void QualityLimit::Steer(const Situation& situation, const Samples& samples, double& late_floor) {
  const SampleSums sums = samples.Since(from_);
  if (situation.now < from_ || sums.completed < kMinSamples) return;
  if (sums.completed < kManySamples && sums.span < kJudgeAfter) return;
  Shares shares{};
  shares.late = Share(sums.late, sums.completed);
  shares.deferred = Share(sums.deferred, sums.completed - (sums.late - sums.deferred));
  shares.bad =
      std::max(load_suspected_ ? shares.late - late_floor : 0, shares.deferred - deferred_floor_);
  if (shares.bad > kBadShare)
    Lower(shares, situation.in_use, late_floor);
  else
    Raise(situation, shares.bad);
  from_ = situation.now + Seconds(situation.mean);
}

void QualityLimit::Raise(const Situation& situation, double bad) {
  const bool good = bad < kGoodShare;
  if (good) descending_ = false;
  const bool near_budget = load_suspected_ && situation.mean > kNearBudget * situation.budget;
  if (!situation.binding || near_budget) return;
  // Between good and bad, only by one: it must not stay where it is for ever.
  limit_ = std::min(most_, limit_ + (good ? std::max(1.0, std::sqrt(limit_)) : 1.0));
}

bool QualityLimit::NotTheLoad(const Shares& shares, double in_use, double& late_floor) {
  if (shares.bad < kNoEffect * bad_reference_) return false;
  descending_ = false;
  if (shares.deferred >= kHopelessShare) {
    limit_ = least_;
    return true;
  }
  late_floor = shares.late;
  deferred_floor_ = shares.deferred;
  good_ = in_use;
  limit_ = std::max(limit_, top_);
  return true;
}

void QualityLimit::Lower(const Shares& shares, double in_use, double& late_floor) {
  const double less = load_suspected_ ? kQuartered : kHalved;
  const bool judged_before = descending_ || limit_ <= least_;
  if (!descending_) {
    descending_ = true;
    top_ = reference_ = in_use;
    bad_reference_ = shares.bad;
  }
  // A quiet moment before the first cut says nothing of what cuts do.
  const bool halved = judged_before && in_use <= std::max(less * reference_, least_);
  if (halved && NotTheLoad(shares, in_use, late_floor)) return;
  if (halved) {
    reference_ = in_use;
    bad_reference_ = shares.bad;
  }
  if (in_use <= kSameLevel * good_) good_ = 0;
  const double cut = std::clamp(1 - shares.bad, kMaxCut, kMinCut);
  limit_ = std::max({least_, cut * in_use, good_});
}

}  // namespace spillway
