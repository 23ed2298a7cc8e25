// SPDX-License-Identifier: BSD-2-Clause
// How long messages may wait for checks whose lateness is accepted. Pure; times in seconds.
//
// Each session holds one of the MTA's slots for its dialogue, d, and then for its message in the
// filter, at most for the budget, B. With A messages a second that takes A * (d + B) slots
// (Little's law). The law gives the longest B for which that is half of the slots: the other half
// is for what comes in bursts, and for clients that say nothing. Feed-forward: A (over a moment)
// and d are measured, nothing is tried out. Down at once; up by a step a look.
#pragma once

#include <deque>

#include "policy/law/samples.h"

namespace spillway {

class EffectiveBudget {
 public:
  struct Setting {
    double full = 1;     // [budget] per_message
    double least = 0;    // [budget] least; 0: Constants::slow times the time without load
    double slots = 100;  // of the MTA
  };
  EffectiveBudget(const Setting& setting, const Constants& constants)
      : setting_(setting), constants_(constants), value_(setting.full) {}

  // `samples` with this look; `no_load`: the mean time without load, 0 when it is not known.
  void Tick(TimePoint now, const Samples& samples, std::span<const double> ages, double no_load);

  // Most of the messages in the filter leave within the budget that they were given. Without
  // messages, yes.
  bool obeyed() const { return obeyed_; }
  void SetSlots(double slots) { setting_.slots = slots; }
  // At most Setting::full.
  double value() const { return value_; }
  bool shortened() const { return value_ < setting_.full; }
  double arrivals() const { return arrivals_; }  // messages a second, in the filter
  double dialogue() const { return dialogue_; }  // of a message, on average

 private:
  double Least(double no_load) const;
  bool Obeyed(TimePoint now, std::span<const double> ages) const;
  double GivenAt(TimePoint at) const;

  Setting setting_;
  const Constants constants_;
  double value_;
  double arrivals_ = 0;
  double dialogue_ = 0;
  struct Given {
    TimePoint at;
    double value;
  };
  std::deque<Given> given_;  // the values that messages in the filter may have been given
  bool obeyed_ = true;
};

}  // namespace spillway
