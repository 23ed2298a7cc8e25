// SPDX-License-Identifier: BSD-2-Clause
#include "milter/scan/breaker.h"

#include <algorithm>

namespace spillway {

Breaker::Pass Breaker::Admit() {
  if (state_ == State::kClosed) return Pass::kYes;
  if (!WouldAdmit()) return Pass::kNo;
  trying_ = true;
  return Pass::kTrial;
}

// What was asked before the circuit opened may still end well or badly: when it is not closed, the
// trial alone speaks.
void Breaker::Succeeded(Pass pass) {
  if (state_ == State::kClosed) failures_ = 0;
  if (state_ != State::kHalfOpen || pass != Pass::kTrial) return;
  state_ = State::kClosed;
  trying_ = false;
  failures_ = 0;
  wait_ = kFirstWait;
}

void Breaker::Failed(Pass pass, TimePoint now) {
  if (state_ == State::kClosed && ++failures_ >= kFailures) return Open(now);
  if (state_ == State::kHalfOpen && pass == Pass::kTrial) Open(now);
}

void Breaker::Released(Pass pass) {
  if (pass == Pass::kTrial) trying_ = false;
}

void Breaker::Open(TimePoint now) {
  if (state_ == State::kClosed) opened_ = now;
  state_ = State::kOpen;
  trying_ = false;
  probe_at_ = now + wait_;
  wait_ = std::min(wait_ * 2, kLongestWait);
}

void Breaker::ProbeAnswered() {
  if (state_ == State::kOpen) state_ = State::kHalfOpen;
}

void Breaker::ProbeFailed(TimePoint now) {
  if (state_ == State::kOpen) Open(now);
}

}  // namespace spillway
