// SPDX-License-Identifier: BSD-2-Clause
// A scanner program in virtual time: workers behind a queue that the filter does not see. It works
// on whatever it was given, wanted or not.
#pragma once

#include <deque>
#include <functional>
#include <random>

#include "policy/sim/agenda.h"
#include "policy/sim/scenario.h"

namespace spillway::sim {

class ScanServer {
 public:
  // `answered` gets the numbers of requests.
  ScanServer(Agenda& agenda, const Scenario& scenario, std::mt19937_64& random,
             std::function<void(uint64_t)> answered)
      : agenda_(agenda), scenario_(scenario), random_(random), answered_(std::move(answered)) {}

  void Ask(uint64_t request);

 private:
  void Begin(uint64_t request);
  void Done(uint64_t request);
  double Service();

  Agenda& agenda_;
  const Scenario& scenario_;
  std::mt19937_64& random_;
  std::function<void(uint64_t)> answered_;
  std::deque<uint64_t> queue_;
  int64_t busy_ = 0;
};

}  // namespace spillway::sim
