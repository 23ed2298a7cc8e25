// SPDX-License-Identifier: BSD-2-Clause
// Each level stands for a fifth more sessions than the one below: a smaller difference cannot be
// seen in one epoch.
#include "policy/law/history.h"

#include <algorithm>
#include <cmath>

namespace spillway {

namespace {

constexpr double kApart = 1.2;   // from one level to the next; 64 levels are 100000 sessions
constexpr double kOlder = 0.5;   // of a level is what was there before
constexpr int kRemembered = 12;  // notes; then a fault may be another one

}  // namespace

void History::Forget() {
  levels_ = {};
}

size_t History::LevelOf(double sessions) {
  const long level = std::lround(std::log(std::max(sessions, 1.0)) / std::log(kApart));
  return std::min(static_cast<size_t>(level), kLevels - 1);
}

bool History::Fresh(const Level& level) const {
  return level.noted > 0 && notes_ - level.noted <= kRemembered;
}

void History::Note(double sessions, double well, double seconds) {
  Level& level = levels_[LevelOf(sessions)];
  if (!Fresh(level)) level = {};
  level.well = kOlder * level.well + well;
  level.seconds = kOlder * level.seconds + seconds;
  level.noted = ++notes_;
}

bool History::Known(double sessions) const {
  return Fresh(levels_[LevelOf(sessions)]);
}

bool History::KnownBelow(double sessions) const {
  const auto* const end = levels_.begin() + LevelOf(sessions) + 1;
  return std::any_of(levels_.begin(), end, [this](const Level& level) { return Fresh(level); });
}

double History::Rate(const Level& level) const {
  return Fresh(level) && level.seconds > 0 ? level.well / level.seconds : 0;
}

double History::At(double sessions) const {
  return Rate(levels_[LevelOf(sessions)]);
}

double History::Best(double sessions) const {
  double best = sessions;
  double most = At(sessions);
  for (size_t i = 0; i < kLevels; ++i) {
    if (Rate(levels_[i]) <= most) continue;
    best = std::pow(kApart, static_cast<double>(i));
    most = Rate(levels_[i]);
  }
  return best;
}

}  // namespace spillway
