// SPDX-License-Identifier: BSD-2-Clause
#include "policy/sim/scan_server.h"

#include <cmath>

namespace spillway::sim {

void ScanServer::Ask(uint64_t request) {
  if (busy_ < scenario_.workers) return Begin(request);
  queue_.push_back(request);
}

void ScanServer::Begin(uint64_t request) {
  ++busy_;
  agenda_.At<&ScanServer::Done>(agenda_.now() + Service(), this, request);
}

void ScanServer::Done(uint64_t request) {
  --busy_;
  if (!queue_.empty()) {
    Begin(queue_.front());
    queue_.pop_front();
  }
  answered_(request);
}

// Seconds. A fault concerns a share of the messages.
double ScanServer::Service() {
  const double sigma = scenario_.service_sigma;
  const double mu = std::log(scenario_.service_mean) - sigma * sigma / 2;
  double service = std::lognormal_distribution<>(mu, sigma)(random_);
  const double now = agenda_.now();
  for (const Fault& fault : scenario_.faults) {
    const double end = InSeconds(fault.at + fault.length);
    if (now < InSeconds(fault.at) || now >= end) continue;
    if (fault.share < 1 && std::uniform_real_distribution<>()(random_) >= fault.share) continue;
    service = fault.hang ? std::max(service, end - now) : service * fault.multiplier;
  }
  return service;
}

}  // namespace spillway::sim
