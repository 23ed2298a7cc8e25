// SPDX-License-Identifier: BSD-2-Clause
// What the limiter's tests have in common: a limiter, for a hundred slots unless said, and the
// usual filters.
#pragma once

#include <gtest/gtest.h>

#include "t/rig/looks.h"

namespace spillway {

inline constexpr Constants kLaw;

class LimiterTest : public ::testing::Test {
 protected:
  explicit LimiterTest(const Limiter::Setting& setting = {.budget = 120, .slots = 100},
                       const Learned& learned = {})
      : limiter_(setting, learned, kLaw) {}
  Regime InRegime() const { return limiter_.state().regime; }
  Cause WithCause() const { return limiter_.state().cause; }
  double Limit() const { return limiter_.state().limit; }
  // The seconds that it took, or `most`.
  double UntilLimiting(const Behaviour& b, double most) {
    return looks_.Until(b, most, [&] { return limiter_.limiting(); });
  }
  double UntilOpen(const Behaviour& b, double most) {
    return looks_.Until(b, most, [&] { return !limiter_.limiting(); });
  }
  double UntilRegime(Regime regime, const Behaviour& b, double most) {
    return looks_.Until(b, most, [&] { return InRegime() == regime; });
  }
  // The limit after its next step.
  double NextLimit(const Behaviour& b) {
    const double before = Limit();
    looks_.Until(b, 70, [&] { return Limit() != before; });
    return Limit();
  }

  const Behaviour healthy_{.completions = 10, .seconds = 1, .sessions = 10, .in_flight = 10};
  // The scanner is 25 times slower, twenty workers behind it.
  const Behaviour slow_{.completions = 0.8,
                        .seconds = 25,
                        .sessions = 60,
                        .oldest = 30,
                        .in_flight = 60,
                        .refuses = true};
  const Behaviour dead_{
      .completions = 0, .sessions = 80, .oldest = 120, .in_flight = 80, .refuses = true};
  Limiter limiter_;
  Looks looks_{limiter_};
};

// With a budget of a second.
class ShortBudgetTest : public LimiterTest {
 protected:
  ShortBudgetTest() : LimiterTest({.budget = 1, .slots = 100}) {}
  Behaviour Deferring(double completions, double share) const {
    Behaviour out = late_;
    out.completions = completions;
    out.late = out.deferred = share;
    out.refuses = true;
    return out;
  }
  const Behaviour fast_{.completions = 10, .seconds = 0.1};
  const Behaviour late_{
      .completions = 10, .seconds = 1, .late = 1, .sessions = 10, .oldest = 0.5, .in_flight = 10};
};

}  // namespace spillway
