// SPDX-License-Identifier: BSD-2-Clause
#include "milter/generation.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "conf/config_error.h"

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

std::vector<std::string> OwnIds(const Config& config) {
  std::vector<std::string> ids = {config.milter.authserv_id};
  ids.insert(ids.end(), config.milter.own_ids.begin(), config.milter.own_ids.end());
  return ids;
}

// What any check needs.
InspectionNeeds AllNeeds(const CheckTypes& checks) {
  InspectionNeeds all;
  for (const auto& check : checks) {
    const InspectionNeeds needs = check->inspection_needs();
    all.any = all.any || needs.any;
    all.text = all.text || needs.text;
    all.hosts = all.hosts || needs.hosts;
  }
  return all;
}

// Throws ConfigError when the program cannot be run.
std::string ProgramOf(const Config& config) {
  std::string program =
      config.inspector.program.empty() ? InspectorProgram() : config.inspector.program;
  if (::access(program.c_str(), X_OK) != 0) {
    throw ConfigError(
        {config.PlaceOf("inspector", "program") + ": " + program + ": " + std::strerror(errno)});
  }
  return program;
}

// The message itself is in the filter's memory and in the shared memory; `memory` is for what the
// inspector decodes.
std::unique_ptr<Inspector> MakeInspector(const Config& config, const InspectionNeeds& needs,
                                         const Clock& clock, Log& log) {
  if (!needs.any) return nullptr;
  constexpr uint64_t kMiB = 1 << 20;
  const InspectorOrders orders{.wish = {.text = needs.text, .hosts = needs.hosts},
                               .memory = 2 * config.budget.max_scan_size.value + 8 * kMiB,
                               .max_size = config.budget.max_scan_size.value,
                               .processor = std::min<Duration>(config.inspector.processor_time,
                                                               config.budget.per_message / 2)};
  return std::make_unique<Inspector>(
      Inspector::Options{.program = ProgramOf(config),
                         .processes = static_cast<size_t>(config.inspector.processes),
                         .queue = static_cast<size_t>(config.workers.queue),
                         .orders = orders},
      clock, log);
}

}  // namespace

Generation::Generation(Config config, Log& log, const Clock& clock,
                       const MakeChecksFunction& make_checks)
    : config_(std::move(config)),
      own_ids_(OwnIds(config_)),
      clients_(config_),
      drop_order_(config_),
      cares_(std::make_unique<Cares>(Cares::Options{config_.dns.servers, config_.dns.timeout})),
      resolver_(*cares_, clock, ResolverLimits(config_)),
      workers_(std::make_unique<Workers>(static_cast<size_t>(config_.workers.threads),
                                         static_cast<size_t>(config_.workers.queue), clock)),
      checks_(make_checks(config_, {resolver_, *workers_, clock, scan_loop_, keys_, log})),
      inspector_(MakeInspector(config_, AllNeeds(checks_), clock, log)) {}

Generation::~Generation() {
  inspector_.reset();  // its threads ask the resolver, and match rules
  cares_.reset();      // its callbacks go to the resolver, the checks and the workers
  workers_.reset();    // its jobs go to the checks
}

}  // namespace spillway
