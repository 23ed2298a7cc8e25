// SPDX-License-Identifier: BSD-2-Clause
// The circuit breaker of one server (Nygard, "Release It!"), by the share of failures: pure, `now`
// is an argument.
//
//   closed     of the last kWindow results kTooMany are failures                 -> open
//   open       a probe, by and by less often; it answers                         -> half open
//              requests that insist still pass while one in ten of them goes well;
//              when most of them do                                              -> closed
//   half open  one request at a time: it goes well -> closed; it fails           -> open
//
// A request insists when its message is tempfailed without a result: asking in vain costs that
// message nothing. All others are better off without the wait.
#pragma once

#include <cstdint>

#include "milter/base/clock.h"

namespace spillway {

class Breaker {
 public:
  static constexpr int kWindow = 20;
  // Two in five: enough waiting in vain, and more than bad luck makes of one in ten.
  static constexpr int kTooMany = 8;
  static constexpr int kFailures = 3;  // before that nothing is concluded
  static constexpr Duration kFirstWait = std::chrono::milliseconds(250);
  static constexpr Duration kLongestWait = std::chrono::seconds(4);  // back within 10 s

  enum class State : uint8_t { kClosed, kOpen, kHalfOpen };

  enum class Pass : uint8_t { kNo, kYes, kTrial };

  // May a request be sent there? In half-open state that takes the one place.
  Pass Admit(bool insists);
  bool WouldAdmit(bool insists) const;
  // How it went with what Admit() let pass; released: it says nothing of the server.
  void Succeeded(Pass pass);
  void Failed(Pass pass, TimePoint now);
  void Released(Pass pass);

  // When a probe is due; only in open state.
  TimePoint probe_at() const { return probe_at_; }
  void ProbeAnswered();
  void ProbeFailed(TimePoint now);

  State state() const { return state_; }
  TimePoint opened() const { return opened_; }
  // Of the last results, 0 to 1; 0 without any.
  double failed_share() const;

 private:
  void Note(bool failed);
  int failures() const;
  void Open(TimePoint now);
  void Close();

  State state_ = State::kClosed;
  uint32_t window_ = 0;  // a bit for each result, the last one lowest; 1: failed
  int seen_ = 0;         // results in the window
  bool trying_ = false;  // half open, and a request is on its way
  Duration wait_ = kFirstWait;
  TimePoint probe_at_{};
  TimePoint opened_{};
};

}  // namespace spillway
