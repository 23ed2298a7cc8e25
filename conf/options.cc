// SPDX-License-Identifier: BSD-2-Clause
// The option table: one row for each key, with its range. Adding a key is a member in config.h, a
// row here (or in auth_options.cc, content_options.cc) and its paragraph in spillway.toml; the
// tests fail until all three agree. Rows are plain data: their lambdas capture nothing.
#include "conf/options.h"

#include <algorithm>

#include "conf/validators.h"

namespace spillway {

namespace {

constexpr int64_t kSecond = 1000;
constexpr int64_t kHour = 3600 * kSecond;
constexpr int64_t kKiB = 1024;
constexpr int64_t kGiB = kKiB * kKiB * kKiB;

std::vector<Option> MilterOptions() {
  return {
      {"milter", "socket", [](Config& c) -> Field { return &c.milter.socket; }, 0, 0,
       ValidEndpoint},
      {"milter", "socket_mode", [](Config& c) -> Field { return &c.milter.socket_mode; }, 0, 0,
       ValidMode},
      {"milter", "socket_group", [](Config& c) -> Field { return &c.milter.socket_group; }, 0, 0,
       ValidGroup},
      {"milter", "authserv_id", [](Config& c) -> Field { return &c.milter.authserv_id; }, 0, 0,
       ValidHostName},
      {"milter", "ask_policy", [](Config& c) -> Field { return &c.milter.ask_policy; }, 0, 0,
       ValidAskPolicy},
      {"milter", "ask_timeout", [](Config& c) -> Field { return &c.milter.ask_timeout; }, 10,
       10 * kSecond},
      {"budget", "per_message", [](Config& c) -> Field { return &c.budget.per_message; }, 50,
       600 * kSecond},
      {"budget", "max_scan_size", [](Config& c) -> Field { return &c.budget.max_scan_size; }, kKiB,
       kGiB},
      {"workers", "threads", [](Config& c) -> Field { return &c.workers.threads; }, 0, 1024},
      {"workers", "queue", [](Config& c) -> Field { return &c.workers.queue; }, 16, 60000},
      {"inspector", "program", [](Config& c) -> Field { return &c.inspector.program; }, 0, 0,
       ValidPathOrNone},
      {"inspector", "processes", [](Config& c) -> Field { return &c.inspector.processes; }, 0, 256},
      {"inspector", "processor_time",
       [](Config& c) -> Field { return &c.inspector.processor_time; }, 10, 60 * kSecond},
      {"clients", "internal", [](Config& c) -> Field { return &c.clients.internal; }, 0, 0,
       ValidCidr},
      {"clients", "cannot_retry", [](Config& c) -> Field { return &c.clients.cannot_retry; }, 0, 0,
       ValidCidr},
      {"clients", "cannot_retry_users",
       [](Config& c) -> Field { return &c.clients.cannot_retry_users; }},
      {"dns", "servers", [](Config& c) -> Field { return &c.dns.servers; }, 0, 0, ValidDnsServer},
      {"dns", "timeout", [](Config& c) -> Field { return &c.dns.timeout; }, 100, 60 * kSecond},
      {"dns", "cache_entries", [](Config& c) -> Field { return &c.dns.cache_entries; }, 0,
       10000000},
      {"dns", "max_ttl", [](Config& c) -> Field { return &c.dns.max_ttl; }, 0, 168 * kHour},
      {"dns", "negative_ttl", [](Config& c) -> Field { return &c.dns.negative_ttl; }, 0,
       24 * kHour},
      {"dns", "failure_ttl", [](Config& c) -> Field { return &c.dns.failure_ttl; }, 0,
       300 * kSecond},
      {"dns", "max_in_flight", [](Config& c) -> Field { return &c.dns.max_in_flight; }, 16, 60000},
      {"dns", "max_in_flight_per_domain",
       [](Config& c) -> Field { return &c.dns.max_in_flight_per_domain; }, 1, 60000},
  };
}

std::vector<Option> DaemonOptions() {
  return {
      {"telemetry", "file", [](Config& c) -> Field { return &c.telemetry.file; }, 0, 0, ValidPath},
      {"policy", "listen", [](Config& c) -> Field { return &c.policy.listen; }, 0, 0,
       ValidEndpoint},
      {"policy", "socket_mode", [](Config& c) -> Field { return &c.policy.socket_mode; }, 0, 0,
       ValidMode},
      {"policy", "socket_group", [](Config& c) -> Field { return &c.policy.socket_group; }, 0, 0,
       ValidGroup},
      {"policy", "control", [](Config& c) -> Field { return &c.policy.control; }, 0, 0, ValidPath},
      {"policy", "max_connections", [](Config& c) -> Field { return &c.policy.max_connections; }, 1,
       100000},
      {"policy", "max_request", [](Config& c) -> Field { return &c.policy.max_request; }, kKiB,
       1024 * kKiB},
      {"admission", "enabled", [](Config& c) -> Field { return &c.admission.enabled; }},
      {"admission", "slots", [](Config& c) -> Field { return &c.admission.slots; }, 0, 100000},
      {"admission", "filter_absent", [](Config& c) -> Field { return &c.admission.filter_absent; },
       0, 0, ValidFilterAbsent},
      {"admission", "state_dir", [](Config& c) -> Field { return &c.admission.state_dir; }, 0, 0,
       ValidPath},
      {"admission", "remember", [](Config& c) -> Field { return &c.admission.remember; }, 1024,
       4194304},
      {"admission", "probe", [](Config& c) -> Field { return &c.admission.probe; }},
      {"admission", "probe_idle", [](Config& c) -> Field { return &c.admission.probe_idle; },
       kSecond, kHour},
      {"admission", "probe_shedding",
       [](Config& c) -> Field { return &c.admission.probe_shedding; }, kSecond, kHour},
      {"log", "target", [](Config& c) -> Field { return &c.log.target; }, 0, 0, ValidTarget},
      {"log", "facility", [](Config& c) -> Field { return &c.log.facility; }, 0, 0, ValidFacility},
      {"log", "level", [](Config& c) -> Field { return &c.log.level; }, 0, 0, ValidLevel},
  };
}

std::vector<Option> AllOptions() {
  std::vector<Option> all;
  for (const auto& part :
       {MilterOptions(), AuthenticationOptions(), ContentOptions(), DaemonOptions()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

const std::vector<Option>& Options() {
  static const std::vector<Option> kOptions = AllOptions();
  return kOptions;
}

bool AnyRequired(const Config& config) {
  Config copy = config;  // the table's rows give access to write, too
  return std::ranges::any_of(Options(), [&copy](const Option& option) {
    if (option.key != "required") return false;
    const Field field = option.field(copy);
    const auto* const classes = std::get_if<Strings*>(&field);
    return classes != nullptr ? !(*classes)->empty() : *std::get<bool*>(field);
  });
}

}  // namespace spillway
