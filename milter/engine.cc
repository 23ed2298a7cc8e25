// SPDX-License-Identifier: BSD-2-Clause
#include "milter/engine.h"

#include <algorithm>

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

// The filter itself keeps the message once, and once shares it; what the inspector needs besides is
// a part of it decoded.
std::unique_ptr<Inspector> MakeInspector(const Config& config, const Clock& clock, Log& log) {
  const bool rules =
      config.rules.enabled && std::any_of(config.rules.rows.begin(), config.rules.rows.end(),
                                          [](const Rule& rule) { return !rule.body.empty(); });
  const bool urls = config.dnsbl.enabled && !config.dnsbl.url_lists.empty();
  if (!config.attachments.enabled && !rules && !urls) return nullptr;
  constexpr uint64_t kMiB = 1 << 20;
  const InspectorOrders orders{.wish = {.text = rules, .hosts = urls},
                               .memory = 2 * config.budget.max_scan_size.value + 8 * kMiB,
                               .max_size = config.budget.max_scan_size.value,
                               .processor = std::min<Duration>(config.inspector.processor_time,
                                                               config.budget.per_message / 2)};
  return std::make_unique<Inspector>(
      Inspector::Options{.program = config.inspector.program.empty() ? InspectorProgram()
                                                                     : config.inspector.program,
                         .processes = static_cast<size_t>(config.inspector.processes),
                         .queue = static_cast<size_t>(config.workers.queue),
                         .orders = orders},
      clock, log);
}

}  // namespace

Engine::Engine(const Config& config, Log& log, const Clock& clock,
               const MakeChecksFunction& make_checks)
    : cares_(std::make_unique<Cares>(Cares::Options{config.dns.servers, config.dns.timeout})),
      resolver_(*cares_, clock, ResolverLimits(config)),
      workers_(std::make_unique<Workers>(static_cast<size_t>(config.workers.threads),
                                         static_cast<size_t>(config.workers.queue), clock)),
      inspector_(MakeInspector(config, clock, log)),
      checks_(make_checks(config, {resolver_, *workers_, clock, scan_loop_, keys_, log})) {}

Engine::~Engine() {
  inspector_.reset();  // its threads ask the resolver, and match rules
  cares_.reset();      // its callbacks go to the resolver, the checks and the workers
  workers_.reset();    // its jobs go to the checks
}

}  // namespace spillway
