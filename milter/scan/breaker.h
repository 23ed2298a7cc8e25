// SPDX-License-Identifier: BSD-2-Clause
// The circuit breaker of one back end (Nygard, "Release It!"): pure, `now` is an argument.
//
//   closed     kFailures failures in a row, and none that went well between  -> open
//   open       nothing is asked; a probe, by and by less often; it answers   -> half open
//   half open  one message at a time: it goes well -> closed; it fails       -> open
#pragma once

#include "milter/base/clock.h"

namespace spillway {

class Breaker {
 public:
  static constexpr int kFailures = 3;  // fewer: one slow message would do; more: more wait in vain
  static constexpr Duration kFirstWait = std::chrono::milliseconds(250);
  static constexpr Duration kLongestWait = std::chrono::seconds(4);  // back within 10 s

  enum class State : uint8_t { kClosed, kOpen, kHalfOpen };

  enum class Pass : uint8_t { kNo, kYes, kTrial };

  // May a message be sent there? In half-open state that takes the one place.
  Pass Admit();
  bool WouldAdmit() const {
    return state_ == State::kClosed || (state_ == State::kHalfOpen && !trying_);
  }
  // How it went with what Admit() let pass; released: it says nothing of the back end.
  void Succeeded(Pass pass);
  void Failed(Pass pass, TimePoint now);
  void Released(Pass pass);

  // When a probe is due; only in open state.
  TimePoint probe_at() const { return probe_at_; }
  void ProbeAnswered();
  void ProbeFailed(TimePoint now);

  State state() const { return state_; }
  TimePoint opened() const { return opened_; }

 private:
  void Open(TimePoint now);

  State state_ = State::kClosed;
  int failures_ = 0;
  bool trying_ = false;  // half open, and a message is on its way
  Duration wait_ = kFirstWait;
  TimePoint probe_at_{};
  TimePoint opened_{};
};

}  // namespace spillway
