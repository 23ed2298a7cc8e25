// SPDX-License-Identifier: BSD-2-Clause
// Feeds the limiter, a look every 250 ms, with a filter that behaves as the test says.
#pragma once

#include <vector>

#include "policy/law/limiter.h"

namespace spillway {

// What the filter does, per second.
struct Behaviour {
  double completions = 10;
  double seconds = 0.2;   // each message's time
  double late = 0;        // share of them
  double deferred = 0;    // share of them
  double queue_wait = 0;  // share of the time
  double arrivals = 10;
  uint32_t sessions = 2;
  double oldest = 0.1;  // age of those in flight
  uint32_t in_flight = 2;
  bool refuses = false;  // the limit was met
  bool curable = false;
  double door = 0;    // seconds
  uint32_t held = 0;  // slots; 0: as many as sessions
};

class Looks {
 public:
  explicit Looks(Limiter& limiter) : limiter_(limiter) {}

  void Run(const Behaviour& b, double seconds) {
    for (double t = 0; t < seconds; t += 0.25) Step(b);
  }
  // Until `condition` holds; the seconds that it took, or `most`.
  template <typename Condition>
  double Until(const Behaviour& b, double most, Condition condition) {
    double t = 0;
    for (; t < most && !condition(); t += 0.25) Step(b);
    return t;
  }
  void Skip(double seconds) { now_ += Seconds(seconds); }
  TimePoint now() const { return now_; }

 private:
  // Fractions are carried over, so that 0.5 a second is one every other second.
  static uint32_t Take(double rate, double& carry) {
    carry += rate / 4;
    const auto whole = static_cast<uint32_t>(carry);
    carry -= whole;
    return whole;
  }

  void Step(const Behaviour& b) {
    Skip(0.25);
    Look look;
    look.completed = Take(b.completions, completed_);
    look.busy = look.completed * b.seconds;
    look.queue_wait = look.busy * b.queue_wait;
    look.late = Take(b.completions * b.late, late_);
    look.deferred = Take(b.completions * b.deferred, deferred_);
    look.arrived = Take(b.arrivals, arrived_);
    look.refused = b.refuses ? 1 : 0;
    look.sessions = b.sessions;
    look.held = b.held > 0 ? b.held : b.sessions;
    look.door = b.door;
    look.curable = b.curable;
    const std::vector<double> ages(b.in_flight, b.oldest);
    look.ages = ages;
    samples_.Add(now_, look);
    limiter_.Tick(now_, look, samples_);
  }

  Limiter& limiter_;
  Samples samples_;
  TimePoint now_ = TimePoint() + std::chrono::hours(1);
  double completed_ = 0, late_ = 0, deferred_ = 0, arrived_ = 0;
};

}  // namespace spillway
