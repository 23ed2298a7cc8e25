// SPDX-License-Identifier: BSD-2-Clause
// The rows of the content checks.
#include "conf/options.h"
#include "conf/validators.h"

namespace spillway {

namespace {

template <auto kScanner>
void AddScanner(std::string_view section, std::vector<Option>& rows) {
  const auto add = [&](std::string_view key, Field (*field)(Config&), Validator validate) {
    rows.push_back({section, key, field, 0, 0, validate});
  };
  add(
      "enabled", [](Config& c) -> Field { return &(c.*kScanner).enabled; }, nullptr);
  add(
      "servers", [](Config& c) -> Field { return &(c.*kScanner).servers; }, ValidScanServer);
  rows.push_back({section, "connections",
                  [](Config& c) -> Field { return &(c.*kScanner).connections; }, 1, 1000});
  add(
      "scan", [](Config& c) -> Field { return &(c.*kScanner).scan; }, ValidClass);
  add(
      "tempfail_on_timeout", [](Config& c) -> Field { return &(c.*kScanner).tempfail_on_timeout; },
      ValidClass);
  add(
      "tempfail_on_down", [](Config& c) -> Field { return &(c.*kScanner).tempfail_on_down; },
      ValidClass);
  add(
      "required", [](Config& c) -> Field { return &(c.*kScanner).required; }, ValidClass);
}

}  // namespace

std::vector<Option> ContentOptions() {
  std::vector<Option> rows = {
      {"content", "shadow", [](Config& c) -> Field { return &c.content.shadow; }}};
  const auto action = [&](std::string_view section, std::string_view key, Field (*field)(Config&)) {
    rows.push_back({section, key, field, 0, 0, ValidContentAction});
  };
  const std::vector<Option> lists = {
      {"dnsbl", "enabled", [](Config& c) -> Field { return &c.dnsbl.enabled; }},
      {"dnsbl", "on_timeout", [](Config& c) -> Field { return &c.dnsbl.on_timeout; }, 0, 0,
       ValidOnTimeout},
      {"dnsbl", "required", [](Config& c) -> Field { return &c.dnsbl.required; }},
      {"dnsbl", "check", [](Config& c) -> Field { return &c.dnsbl.check; }, 0, 0, ValidClass},
      {"dnsbl", "address_lists", [](Config& c) -> Field { return &c.dnsbl.address_lists; }, 0, 0,
       ValidDnsList},
      {"dnsbl", "domain_lists", [](Config& c) -> Field { return &c.dnsbl.domain_lists; }, 0, 0,
       ValidDnsList},
      {"dnsbl", "quarantine_score", [](Config& c) -> Field { return &c.dnsbl.quarantine_score; }, 0,
       1000},
      {"dnsbl", "reject_score", [](Config& c) -> Field { return &c.dnsbl.reject_score; }, 0, 1000}};
  rows.insert(rows.end(), lists.begin(), lists.end());
  AddScanner<&Config::clamd>("clamd", rows);
  action("clamd", "on_infected", [](Config& c) -> Field { return &c.clamd.on_infected; });
  AddScanner<&Config::spamd>("spamd", rows);
  action("spamd", "on_spam", [](Config& c) -> Field { return &c.spamd.on_spam; });
  AddScanner<&Config::rspamd>("rspamd", rows);
  action("rspamd", "on_spam", [](Config& c) -> Field { return &c.rspamd.on_spam; });
  action("rspamd", "on_reject", [](Config& c) -> Field { return &c.rspamd.on_reject; });
  action("rspamd", "on_defer", [](Config& c) -> Field { return &c.rspamd.on_defer; });
  const std::vector<Option> rules = {
      {"rules", "enabled", [](Config& c) -> Field { return &c.rules.enabled; }},
      {"rules", "on_timeout", [](Config& c) -> Field { return &c.rules.on_timeout; }, 0, 0,
       ValidOnTimeout},
      {"rules", "required", [](Config& c) -> Field { return &c.rules.required; }},
      {"rules", "file", [](Config& c) -> Field { return &c.rules.file; }, 0, 0, ValidPath},
      {"rules", "quarantine_score", [](Config& c) -> Field { return &c.rules.quarantine_score; }, 0,
       1000},
      {"rules", "reject_score", [](Config& c) -> Field { return &c.rules.reject_score; }, 0, 1000}};
  rows.insert(rows.end(), rules.begin(), rules.end());
  return rows;
}

}  // namespace spillway
