// SPDX-License-Identifier: BSD-2-Clause
// Adding a key is a member in config.h, a row here and its paragraph in spillway.toml; the tests
// fail until all three agree. The sections of the checks stand in the files of the checks.
#include "conf/options.h"

#include <algorithm>

#include "conf/validators.h"

namespace spillway {

namespace {

constexpr int64_t kSecond = 1000;
constexpr int64_t kHour = 3600 * kSecond;
constexpr int64_t kKiB = 1024;
constexpr int64_t kGiB = kKiB * kKiB * kKiB;

std::vector<TomlSection> FilterSections(Config& c) {
  return {
      {"milter", false,
       [&c]() -> std::vector<TomlKey> {
         return {{"socket", &c.milter.socket, 0, 0, ValidEndpoint},
                 {"socket_mode", &c.milter.socket_mode, 0, 0, ValidMode},
                 {"socket_group", &c.milter.socket_group, 0, 0, ValidGroup},
                 {"authserv_id", &c.milter.authserv_id, 0, 0, ValidHostName},
                 {"own_ids", &c.milter.own_ids, 0, 0, ValidHostName},
                 {"ask_policy", &c.milter.ask_policy, 0, 0, ValidAskPolicy},
                 {"ask_timeout", &c.milter.ask_timeout, 10, 10 * kSecond}};
       }},
      {"budget", false,
       [&c]() -> std::vector<TomlKey> {
         return {{"per_message", &c.budget.per_message, 50, 600 * kSecond},
                 {"least", &c.budget.least, 0, 600 * kSecond},
                 {"drop_first", &c.budget.drop_first},
                 {"max_scan_size", &c.budget.max_scan_size, kKiB, kGiB}};
       }},
      {"workers", false,
       [&c]() -> std::vector<TomlKey> {
         return {{"threads", &c.workers.threads, 0, 1024}, {"queue", &c.workers.queue, 16, 60000}};
       }},
      {"inspector", false,
       [&c]() -> std::vector<TomlKey> {
         return {{"program", &c.inspector.program, 0, 0, ValidPathOrNone},
                 {"processes", &c.inspector.processes, 0, 256},
                 {"processor_time", &c.inspector.processor_time, 10, 60 * kSecond}};
       }},
      {"clients", false,
       [&c]() -> std::vector<TomlKey> {
         return {{"internal", &c.clients.internal, 0, 0, ValidCidr},
                 {"cannot_retry", &c.clients.cannot_retry, 0, 0, ValidCidr},
                 {"cannot_retry_users", &c.clients.cannot_retry_users}};
       }},
      {"dns", false,
       [&c]() -> std::vector<TomlKey> {
         return {{"servers", &c.dns.servers, 0, 0, ValidDnsServer},
                 {"timeout", &c.dns.timeout, 100, 60 * kSecond},
                 {"cache_entries", &c.dns.cache_entries, 0, 10000000},
                 {"max_ttl", &c.dns.max_ttl, 0, 168 * kHour},
                 {"negative_ttl", &c.dns.negative_ttl, 0, 24 * kHour},
                 {"failure_ttl", &c.dns.failure_ttl, 0, 300 * kSecond},
                 {"max_in_flight", &c.dns.max_in_flight, 16, 60000},
                 {"max_in_flight_per_domain", &c.dns.max_in_flight_per_domain, 1, 60000}};
       }},
  };
}

std::vector<TomlSection> DaemonSections(Config& c) {
  return {
      {"telemetry", false,
       [&c]() -> std::vector<TomlKey> {
         return {{"file", &c.telemetry.file, 0, 0, ValidPath}};
       }},
      {"policy", false,
       [&c]() -> std::vector<TomlKey> {
         return {{"listen", &c.policy.listen, 0, 0, ValidEndpoint},
                 {"socket_mode", &c.policy.socket_mode, 0, 0, ValidMode},
                 {"socket_group", &c.policy.socket_group, 0, 0, ValidGroup},
                 {"control", &c.policy.control, 0, 0, ValidPath},
                 {"max_connections", &c.policy.max_connections, 1, 100000},
                 {"max_request", &c.policy.max_request, kKiB, 1024 * kKiB}};
       }},
      {"admission", false,
       [&c]() -> std::vector<TomlKey> {
         return {{"enabled", &c.admission.enabled},
                 {"slots", &c.admission.slots, 0, 100000},
                 {"filter_absent", &c.admission.filter_absent, 0, 0, ValidFilterAbsent},
                 {"state_dir", &c.admission.state_dir, 0, 0, ValidPath},
                 {"remember", &c.admission.remember, 1024, 4194304},
                 {"probe", &c.admission.probe},
                 {"probe_idle", &c.admission.probe_idle, kSecond, kHour},
                 {"probe_shedding", &c.admission.probe_shedding, kSecond, kHour}};
       }},
      {"log", false,
       [&c]() -> std::vector<TomlKey> {
         return {{"target", &c.log.target, 0, 0, ValidTarget},
                 {"facility", &c.log.facility, 0, 0, ValidFacility},
                 {"level", &c.log.level, 0, 0, ValidLevel}};
       }},
  };
}

// The names of [[class]]es are classes, too.
void AdmitNamedClasses(std::vector<TomlKey>& keys, const Config& config) {
  using Function = std::string_view (*)(std::string_view);
  for (TomlKey& key : keys) {
    const Function* function = key.validate.target<Function>();
    if (function != nullptr && *function == ValidClass) key.validate = ValidClassIn(config.classes);
  }
}

TomlSection SectionOf(Section& section, const Config& config) {
  return {section.name(), false, [&section, &config] {
            std::vector<TomlKey> keys = section.Keys();
            AdmitNamedClasses(keys, config);
            return keys;
          }};
}

}  // namespace

std::vector<TomlSection> Sections(Config& config) {
  std::vector<TomlSection> sections = FilterSections(config);
  sections.push_back({"content", false, [&config]() -> std::vector<TomlKey> {
                        return {{"shadow", &config.content.shadow}};
                      }});
  for (const auto& section : config.checks.all()) sections.push_back(SectionOf(*section, config));
  const std::vector<TomlSection> others = DaemonSections(config);
  sections.insert(sections.end(), others.begin(), others.end());
  return sections;
}

}  // namespace spillway
