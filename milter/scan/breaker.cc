// SPDX-License-Identifier: BSD-2-Clause
#include "milter/scan/breaker.h"

#include <algorithm>
#include <bit>

namespace spillway {

int Breaker::failures() const {
  return std::popcount(window_);
}

double Breaker::failed_share() const {
  return seen_ == 0 ? 0 : static_cast<double>(failures()) / seen_;
}

bool Breaker::WouldAdmit(bool insists) const {
  constexpr double kHopeless = 0.9;
  if (state_ == State::kClosed) return true;
  if (state_ == State::kHalfOpen && !trying_) return true;
  return insists && failed_share() < kHopeless;
}

Breaker::Pass Breaker::Admit(bool insists) {
  if (!WouldAdmit(insists)) return Pass::kNo;
  if (state_ != State::kHalfOpen || trying_) return Pass::kYes;
  trying_ = true;
  return Pass::kTrial;
}

void Breaker::Note(bool failed) {
  constexpr uint32_t kMask = (1U << kWindow) - 1;
  window_ = ((window_ << 1U) | (failed ? 1U : 0U)) & kMask;
  seen_ = std::min(seen_ + 1, kWindow);
  // Only a whole window without an opening proves that the server is well: the breaker of one that
  // fails again and again must open for longer and longer.
  if (state_ == State::kClosed && seen_ == kWindow && failures() < kTooMany) wait_ = kFirstWait;
}

// What was asked before the circuit opened may still end well or badly: the trial does not wait for
// it, and one good answer among many failures closes nothing.
void Breaker::Succeeded(Pass pass) {
  if (state_ == State::kHalfOpen && pass == Pass::kTrial) return Close();
  Note(false);
  constexpr double kWell = 0.5 * kTooMany / kWindow;
  if (state_ != State::kClosed && failed_share() < kWell) Close();
}

void Breaker::Failed(Pass pass, TimePoint now) {
  Note(true);
  if (state_ == State::kHalfOpen && pass == Pass::kTrial) return Open(now);
  const bool too_many = failures() >= kFailures && failures() * kWindow >= kTooMany * seen_;
  if (state_ == State::kClosed && too_many) Open(now);
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

void Breaker::Close() {
  state_ = State::kClosed;
  trying_ = false;
  window_ = 0;
  seen_ = 0;
}

void Breaker::ProbeAnswered() {
  if (state_ == State::kOpen) state_ = State::kHalfOpen;
}

void Breaker::ProbeFailed(TimePoint now) {
  if (state_ == State::kOpen) Open(now);
}

}  // namespace spillway
