// SPDX-License-Identifier: BSD-2-Clause
#include "milter/scan/concurrency.h"

#include <algorithm>
#include <cmath>

namespace spillway {

namespace {

constexpr double kStep = 1.4;   // from level to level
constexpr double kGain = 1.1;   // less than this is no gain: a quarter of a step
constexpr double kChanged = 4;  // a yield so many times another: the server is another one
constexpr size_t kStart = 4;

}  // namespace

ConcurrencyLimit::ConcurrencyLimit(size_t most) : slow_until_(most) {
  for (size_t limit = 1; limit < most;) {
    levels_.push_back({.limit = limit});
    limit =
        std::max(limit + 1, static_cast<size_t>(std::lround(static_cast<double>(limit) * kStep)));
  }
  levels_.push_back({.limit = most});
  Start();
}

void ConcurrencyLimit::Start() {
  size_t level = 0;
  while (level + 1 < levels_.size() && levels_[level].limit < kStart) ++level;
  MoveTo(level);
}

void ConcurrencyLimit::MoveTo(size_t level) {
  if (level != at_) earlier_ = std::max(limit(), levels_[level].limit);
  at_ = level;
}

void ConcurrencyLimit::Ended(TimePoint asked, TimePoint now, bool good) {
  constexpr size_t kLeast = 8;  // results in a round: fewer say nothing, more take long
  if (!good) slow_until_ = 0;
  if (earlier_ > 0) {
    --earlier_;
    return;
  }
  ++ended_;
  good_ += good ? 1 : 0;
  took_ += now - asked;
  if (limit() < slow_until_) return EndSlowRound();
  if (ended_ >= std::max(kLeast, 2 * limit())) EndRound();
}

// Twice the limit, two levels up, as long as that yields more.
void ConcurrencyLimit::EndSlowRound() {
  constexpr double kWorthIt = 1.3;
  if (ended_ < limit()) return;
  const double yield = Yield();
  Remember(yield);
  if (yield <= kWorthIt * slow_yield_) {
    slow_until_ = 0;
    MoveTo(at_ - std::min<size_t>(at_, 1));
  } else {
    MoveTo(std::min(at_ + 2, levels_.size() - 1));
    if (limit() >= slow_until_) slow_until_ = 0;
  }
  slow_yield_ = yield;
  BeginRound();
}

void ConcurrencyLimit::BeginRound() {
  took_ = {};
  ended_ = good_ = 0;
}

double ConcurrencyLimit::Yield() const {
  constexpr double kShortest = 1e-6;
  return static_cast<double>(good_ * limit()) / std::max(InSeconds(took_), kShortest);
}

void ConcurrencyLimit::EndRound() {
  Remember(Yield());
  MoveTo(Next());
  BeginRound();
}

// A level is smoothed over several visits. When the server has changed, all are forgotten but those
// that were too high: to try one again opens the breaker.
void ConcurrencyLimit::Remember(double yield) {
  constexpr double kWeight = 0.3;  // of one round
  Level& here = levels_[at_];
  const bool changed =
      Known(at_) && (yield > here.yield * kChanged || yield * kChanged < here.yield);
  for (Level& level : levels_)
    level.age = changed && level.yield > 0 ? kOld : std::min(level.age + 1, kOld);
  here.yield = Known(at_) ? here.yield + kWeight * (yield - here.yield) : yield;
  here.age = 0;
}

size_t ConcurrencyLimit::Next() const {
  const double yield = levels_[at_].yield;
  const size_t up = at_ + 1;
  if (yield <= 0) return at_;  // nothing is gained anywhere: the breaker's matter
  if (at_ > 0 && Known(at_ - 1) && yield < levels_[at_ - 1].yield * kGain) return at_ - 1;
  if (up < levels_.size() && (!Known(up) || levels_[up].yield > yield * kGain)) return up;
  if (at_ > 0 && !Known(at_ - 1)) return at_ - 1;
  return at_;
}

void ConcurrencyLimit::Restart() {
  slow_until_ = std::max(slow_until_, limit() / 2);
  // What fails while it has just begun again says nothing of the level.
  if (limit() > 2 * kStart) {
    levels_[at_].yield = 0;
    levels_[at_].age = 0;
  }
  slow_yield_ = 0;
  Start();
  earlier_ = 0;  // they are what has failed
  BeginRound();
}

}  // namespace spillway
