// SPDX-License-Identifier: BSD-2-Clause
// The filter in virtual time: processors behind a queue, then a scanner, and a deadline for each
// message. What it leaves behind is what the telemetry tells of a real one.
#pragma once

#include <deque>
#include <functional>
#include <random>
#include <vector>

#include "policy/law/samples.h"
#include "policy/sim/scanner.h"

namespace spillway::sim {

// What a controller tells the filter.
struct Advice {
  double budget;       // seconds, for what is accepted when it is late
  double reduced = 0;  // share of the messages that go without optional checks
};

class Filter {
 public:
  struct Verdict {
    uint64_t session;
    bool scanned;
    bool tempfail;
  };
  using Done = std::function<void(const Verdict&)>;
  Filter(Agenda& agenda, const Scenario& scenario, std::mt19937_64& random, Done done);

  // A message has come in whole, after a dialogue of so many seconds.
  void Enter(uint64_t session, LineRank rank, double dialogue);
  void Follow(const Advice& advice) { advice_ = advice; }
  // Since the last call. The ages stay valid until the next.
  Look TakeLook();
  double messages() const { return static_cast<double>(messages_.size()); }

 private:
  struct Message {
    uint64_t session = 0;
    LineRank rank = LineRank::kOthers;
    bool mandatory = false;  // tempfailed without a result
    bool at_scanner = false;
    double start = 0, deadline = 0, waited = 0, dialogue = 0;
  };
  void BeginProcessor(uint64_t number);
  void ProcessorDone(uint64_t number);
  void AskScanner(uint64_t number);
  void Scanned(uint64_t number, Scanner::Outcome outcome);
  void Deadline(uint64_t number);
  void Leave(uint64_t number, bool scanned);

  Agenda& agenda_;
  const Scenario& scenario_;
  std::mt19937_64& random_;
  Done done_;
  Scanner scanner_;
  Pool<Message> messages_;
  std::deque<uint64_t> queue_;  // for a processor
  int64_t busy_ = 0;
  Advice advice_;
  Look look_;
  std::vector<double> ages_;
};

}  // namespace spillway::sim
