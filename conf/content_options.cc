// SPDX-License-Identifier: BSD-2-Clause
// The rows of the content checks.
#include "conf/options.h"
#include "conf/validators.h"

namespace spillway {

namespace {

template <auto kScanner>
void AddScanner(std::string_view section, std::vector<Option>& rows) {
  const auto add = [&](std::string_view key, Field (*field)(Config&),
                       std::string_view (*validate)(std::string_view)) {
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

// What is done about something that was found.
Option Action(std::string_view section, std::string_view key, Field (*field)(Config&)) {
  return {section, key, field, 0, 0, ValidContentAction};
}

std::vector<Option> ListOptions() {
  return {
      {"dnsbl", "enabled", [](Config& c) -> Field { return &c.dnsbl.enabled; }},
      {"dnsbl", "on_timeout", [](Config& c) -> Field { return &c.dnsbl.on_timeout; }, 0, 0,
       ValidOnTimeout},
      {"dnsbl", "required", [](Config& c) -> Field { return &c.dnsbl.required; }},
      {"dnsbl", "check", [](Config& c) -> Field { return &c.dnsbl.check; }, 0, 0, ValidClass},
      {"dnsbl", "address_lists", [](Config& c) -> Field { return &c.dnsbl.address_lists; }, 0, 0,
       ValidDnsList},
      {"dnsbl", "domain_lists", [](Config& c) -> Field { return &c.dnsbl.domain_lists; }, 0, 0,
       ValidDnsList},
      {"dnsbl", "url_lists", [](Config& c) -> Field { return &c.dnsbl.url_lists; }, 0, 0,
       ValidDnsList},
      {"dnsbl", "quarantine_score", [](Config& c) -> Field { return &c.dnsbl.quarantine_score; }, 0,
       1000},
      {"dnsbl", "reject_score", [](Config& c) -> Field { return &c.dnsbl.reject_score; }, 0, 1000}};
}

std::vector<Option> AttachmentOptions() {
  constexpr std::string_view kSection = "attachments";
  return {
      {kSection, "enabled", [](Config& c) -> Field { return &c.attachments.enabled; }},
      {kSection, "on_timeout", [](Config& c) -> Field { return &c.attachments.on_timeout; }, 0, 0,
       ValidOnTimeout},
      {kSection, "required", [](Config& c) -> Field { return &c.attachments.required; }},
      {kSection, "check", [](Config& c) -> Field { return &c.attachments.check; }, 0, 0,
       ValidClass},
      {kSection, "forbidden_extensions",
       [](Config& c) -> Field { return &c.attachments.forbidden_extensions; }, 0, 0,
       ValidExtension},
      {kSection, "forbidden_types",
       [](Config& c) -> Field { return &c.attachments.forbidden_types; }, 0, 0, ValidMediaType},
      Action(kSection, "on_forbidden",
             [](Config& c) -> Field { return &c.attachments.on_forbidden; }),
      Action(kSection, "on_misleading",
             [](Config& c) -> Field { return &c.attachments.on_misleading; }),
      Action(kSection, "on_macros", [](Config& c) -> Field { return &c.attachments.on_macros; }),
      Action(kSection, "on_encrypted",
             [](Config& c) -> Field { return &c.attachments.on_encrypted; }),
      Action(kSection, "on_nested", [](Config& c) -> Field { return &c.attachments.on_nested; }),
      Action(kSection, "on_ambiguous",
             [](Config& c) -> Field { return &c.attachments.on_ambiguous; }),
      Action(kSection, "on_unreadable",
             [](Config& c) -> Field { return &c.attachments.on_unreadable; })};
}

std::vector<Option> ScannerRows() {
  std::vector<Option> rows;
  AddScanner<&Config::clamd>("clamd", rows);
  rows.push_back(
      Action("clamd", "on_infected", [](Config& c) -> Field { return &c.clamd.on_infected; }));
  AddScanner<&Config::spamd>("spamd", rows);
  rows.push_back(Action("spamd", "on_spam", [](Config& c) -> Field { return &c.spamd.on_spam; }));
  AddScanner<&Config::rspamd>("rspamd", rows);
  rows.push_back(Action("rspamd", "on_spam", [](Config& c) -> Field { return &c.rspamd.on_spam; }));
  rows.push_back(
      Action("rspamd", "on_reject", [](Config& c) -> Field { return &c.rspamd.on_reject; }));
  rows.push_back(
      Action("rspamd", "on_defer", [](Config& c) -> Field { return &c.rspamd.on_defer; }));
  return rows;
}

std::vector<Option> RuleOptions() {
  return {
      {"rules", "enabled", [](Config& c) -> Field { return &c.rules.enabled; }},
      {"rules", "on_timeout", [](Config& c) -> Field { return &c.rules.on_timeout; }, 0, 0,
       ValidOnTimeout},
      {"rules", "required", [](Config& c) -> Field { return &c.rules.required; }},
      {"rules", "file", [](Config& c) -> Field { return &c.rules.file; }, 0, 0, ValidPath},
      {"rules", "quarantine_score", [](Config& c) -> Field { return &c.rules.quarantine_score; }, 0,
       1000},
      {"rules", "reject_score", [](Config& c) -> Field { return &c.rules.reject_score; }, 0, 1000}};
}

}  // namespace

std::vector<Option> ContentOptions() {
  std::vector<Option> rows = {
      {"content", "shadow", [](Config& c) -> Field { return &c.content.shadow; }}};
  for (const auto& part : {ListOptions(), AttachmentOptions(), ScannerRows(), RuleOptions()})
    rows.insert(rows.end(), part.begin(), part.end());
  return rows;
}

}  // namespace spillway
