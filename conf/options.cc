// SPDX-License-Identifier: BSD-2-Clause
// The option table: one row for each key, with its range. Adding a key is a member in config.h, a
// row here and its paragraph in spillway.toml; the tests fail until all three agree.
#include <grp.h>

#include <algorithm>
#include <array>

#include "conf/endpoint.h"
#include "conf/options.h"
#include "milter/base/ip.h"

namespace spillway {

namespace {

constexpr std::string_view kGood;

std::string_view ValidEndpoint(std::string_view value) {
  return Endpoint::Parse(value)
             ? kGood
             : "expected \"unix:/path\", \"inet:port@host\", \"inet6:port@host\" or \"fd:number\"";
}

std::string_view ValidAskPolicy(std::string_view value) {
  const auto endpoint = Endpoint::Parse(value);
  const bool good = value.empty() || (endpoint && (endpoint->kind == Endpoint::Kind::kUnix ||
                                                   Ip::Parse(endpoint->host).has_value()));
  return good ? kGood : "expected \"unix:/path\", \"inet:port@address\" or \"inet6:port@address\"";
}

std::string_view ValidFilterAbsent(std::string_view value) {
  return value == "dunno" || value == "defer" ? kGood : "expected \"dunno\" or \"defer\"";
}

std::string_view ValidMode(std::string_view value) {
  const bool octal = value.find_first_not_of("01234567") == std::string_view::npos;
  return octal && (value.size() == 3 || (value.size() == 4 && value[0] == '0'))
             ? kGood
             : "expected an octal mode such as \"0660\"";
}

std::string_view ValidGroup(std::string_view value) {
  if (value.empty()) return kGood;
  std::array<char, 16384> buffer;
  group entry{};
  group* found = nullptr;
  getgrnam_r(std::string(value).c_str(), &entry, buffer.data(), buffer.size(), &found);
  return found != nullptr ? kGood : "expected the name of an existing group";
}

std::string_view ValidCidr(std::string_view value) {
  return Cidr::Parse(value) ? kGood : "expected an address or network such as \"192.0.2.0/24\"";
}

std::string_view ValidDnsServer(std::string_view value) {
  if (Ip::Parse(value)) return kGood;
  const auto endpoint = Endpoint::Parse("inet:" + std::string(value));
  return endpoint && Ip::Parse(endpoint->host)
             ? kGood
             : "expected \"address\", \"address:port\" or \"[v6 address]:port\"";
}

std::string_view ValidHostName(std::string_view value) {
  const bool token = std::all_of(value.begin(), value.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_';
  });
  return token ? kGood : "expected a host name (letters, digits, dots, hyphens)";
}

std::string_view ValidPath(std::string_view value) {
  return !value.empty() && value.front() == '/' ? kGood : "expected an absolute path";
}

std::string_view ValidAction(std::string_view value) {
  return value == "none" || value == "quarantine" || value == "reject"
             ? kGood
             : "expected \"none\", \"quarantine\" or \"reject\"";
}

std::string_view ValidOnTimeout(std::string_view value) {
  return value == "accept" || value == "tempfail" ? kGood : "expected \"accept\" or \"tempfail\"";
}

std::string_view ValidDomain(std::string_view value) {
  return value.empty() || IsDomain(value) ? kGood : "expected a domain in ASCII (A-labels)";
}

std::string_view ValidSelector(std::string_view value) {
  return value.empty() || IsSelector(value) ? kGood : "expected a selector such as \"s2026\"";
}

std::string_view ValidKeyFile(std::string_view value) {
  return value.empty() ? kGood : ValidPath(value);
}

std::string_view ValidClass(std::string_view value) {
  return value == "external" || value == "internal" || value == "authenticated"
             ? kGood
             : "expected \"external\", \"internal\" or \"authenticated\"";
}

std::string_view ValidForm(std::string_view value) {
  const size_t slash = value.find('/');
  const auto good = [](std::string_view form) { return form == "simple" || form == "relaxed"; };
  return slash != std::string_view::npos && good(value.substr(0, slash)) &&
                 good(value.substr(slash + 1))
             ? kGood
             : "expected \"relaxed/relaxed\", \"relaxed/simple\", \"simple/relaxed\" or "
               "\"simple/simple\"";
}

std::string_view ValidTarget(std::string_view value) {
  return value == "syslog" || value == "stderr" || value == "journal"
             ? kGood
             : "expected \"syslog\", \"stderr\" or \"journal\"";
}

std::string_view ValidFacility(std::string_view value) {
  const bool local =
      value.size() == 6 && value.starts_with("local") && value[5] >= '0' && value[5] <= '7';
  return local || value == "mail" || value == "daemon" || value == "user"
             ? kGood
             : "expected \"mail\", \"daemon\", \"user\" or \"local0\" to \"local7\"";
}

std::string_view ValidLevel(std::string_view value) {
  return value == "error" || value == "warning" || value == "info" || value == "debug"
             ? kGood
             : "expected \"error\", \"warning\", \"info\" or \"debug\"";
}

constexpr int64_t kSecond = 1000;
constexpr int64_t kHour = 3600 * kSecond;
constexpr int64_t kKiB = 1024;
constexpr int64_t kGiB = kKiB * kKiB * kKiB;

// Captureless lambdas, so that a row is plain data.
std::vector<Option> MakeOptions() {
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
      {"iprev", "enabled", [](Config& c) -> Field { return &c.iprev.enabled; }},
      {"iprev", "on_timeout", [](Config& c) -> Field { return &c.iprev.on_timeout; }, 0, 0,
       ValidOnTimeout},
      {"iprev", "required", [](Config& c) -> Field { return &c.iprev.required; }},
      {"iprev", "show_address", [](Config& c) -> Field { return &c.iprev.show_address; }},
      {"auth", "enabled", [](Config& c) -> Field { return &c.auth.enabled; }},
      {"auth", "show_user", [](Config& c) -> Field { return &c.auth.show_user; }},
      {"spf", "enabled", [](Config& c) -> Field { return &c.spf.enabled; }},
      {"spf", "on_timeout", [](Config& c) -> Field { return &c.spf.on_timeout; }, 0, 0,
       ValidOnTimeout},
      {"spf", "required", [](Config& c) -> Field { return &c.spf.required; }},
      {"spf", "received_spf", [](Config& c) -> Field { return &c.spf.received_spf; }},
      {"dkim", "enabled", [](Config& c) -> Field { return &c.dkim.enabled; }},
      {"dkim", "on_timeout", [](Config& c) -> Field { return &c.dkim.on_timeout; }, 0, 0,
       ValidOnTimeout},
      {"dkim", "required", [](Config& c) -> Field { return &c.dkim.required; }},
      {"dkim", "max_signatures", [](Config& c) -> Field { return &c.dkim.max_signatures; }, 1, 50},
      {"dkim", "max_signed_headers", [](Config& c) -> Field { return &c.dkim.max_signed_headers; },
       10, 1000},
      {"dkim", "min_key_bits", [](Config& c) -> Field { return &c.dkim.min_key_bits; }, 512, 4096},
      {"dkim", "max_key_bits", [](Config& c) -> Field { return &c.dkim.max_key_bits; }, 2048, 4096},
      {"arc", "enabled", [](Config& c) -> Field { return &c.arc.enabled; }},
      {"arc", "on_timeout", [](Config& c) -> Field { return &c.arc.on_timeout; }, 0, 0,
       ValidOnTimeout},
      {"arc", "required", [](Config& c) -> Field { return &c.arc.required; }},
      {"arc", "trusted_sealers", [](Config& c) -> Field { return &c.arc.trusted_sealers; }, 0, 0,
       ValidHostName},
      {"dmarc", "enabled", [](Config& c) -> Field { return &c.dmarc.enabled; }},
      {"dmarc", "on_timeout", [](Config& c) -> Field { return &c.dmarc.on_timeout; }, 0, 0,
       ValidOnTimeout},
      {"dmarc", "required", [](Config& c) -> Field { return &c.dmarc.required; }},
      {"dmarc", "judge_ours", [](Config& c) -> Field { return &c.dmarc.judge_ours; }},
      {"dmarc", "act_on", [](Config& c) -> Field { return &c.dmarc.act_on; }, 0, 0, ValidClass},
      {"dmarc", "on_quarantine", [](Config& c) -> Field { return &c.dmarc.on_quarantine; }, 0, 0,
       ValidAction},
      {"dmarc", "on_reject", [](Config& c) -> Field { return &c.dmarc.on_reject; }, 0, 0,
       ValidAction},
      {"dmarc", "on_unclear_author", [](Config& c) -> Field { return &c.dmarc.on_unclear_author; },
       0, 0, ValidAction},
      {"sign", "enabled", [](Config& c) -> Field { return &c.sign.enabled; }},
      {"sign", "on_timeout", [](Config& c) -> Field { return &c.sign.on_timeout; }, 0, 0,
       ValidOnTimeout},
      {"sign", "required", [](Config& c) -> Field { return &c.sign.required; }},
      {"sign", "table", [](Config& c) -> Field { return &c.sign.table; }, 0, 0, ValidPath},
      {"sign", "canonicalization", [](Config& c) -> Field { return &c.sign.canonicalization; }, 0,
       0, ValidForm},
      {"sign", "check_published", [](Config& c) -> Field { return &c.sign.check_published; }},
      {"seal", "enabled", [](Config& c) -> Field { return &c.seal.enabled; }},
      {"seal", "on_timeout", [](Config& c) -> Field { return &c.seal.on_timeout; }, 0, 0,
       ValidOnTimeout},
      {"seal", "required", [](Config& c) -> Field { return &c.seal.required; }},
      {"seal", "domain", [](Config& c) -> Field { return &c.seal.domain; }, 0, 0, ValidDomain},
      {"seal", "selector", [](Config& c) -> Field { return &c.seal.selector; }, 0, 0,
       ValidSelector},
      {"seal", "key_file", [](Config& c) -> Field { return &c.seal.key_file; }, 0, 0, ValidKeyFile},
      {"seal", "check_published", [](Config& c) -> Field { return &c.seal.check_published; }},
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

}  // namespace

const std::vector<Option>& Options() {
  static const std::vector<Option> kOptions = MakeOptions();
  return kOptions;
}

}  // namespace spillway
