// SPDX-License-Identifier: BSD-2-Clause
#include "milter/engine.h"

namespace spillway {

namespace {

CachingResolver::Limits ResolverLimits(const Config& config) {
  return {.cache = {.entries = static_cast<size_t>(config.dns.cache_entries),
                    .max_ttl = config.dns.max_ttl,
                    .negative_ttl = config.dns.negative_ttl,
                    .failure_ttl = config.dns.failure_ttl},
          .in_flight = static_cast<size_t>(config.dns.max_in_flight),
          .in_flight_per_domain = static_cast<size_t>(config.dns.max_in_flight_per_domain)};
}

}  // namespace

Engine::Engine(const Config& config, Log& log, const Clock& clock,
               const MakeChecksFunction& make_checks)
    : cares_(std::make_unique<Cares>(Cares::Options{config.dns.servers, config.dns.timeout})),
      resolver_(*cares_, clock, ResolverLimits(config)),
      workers_(std::make_unique<Workers>(static_cast<size_t>(config.workers.threads),
                                         static_cast<size_t>(config.workers.queue), clock)),
      checks_(make_checks(config, {resolver_, *workers_, clock, scan_loop_, log})) {}

Engine::~Engine() {
  cares_.reset();    // its callbacks go to the resolver, the checks and the workers
  workers_.reset();  // its jobs go to the checks
}

}  // namespace spillway
