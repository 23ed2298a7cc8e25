// SPDX-License-Identifier: BSD-2-Clause
// The registry: the name of each check, declared and in running order. Each is defined in its own
// file.
#include "milter/check/registry.h"

#include <algorithm>
#include <array>

#include "conf/config_error.h"
#include "milter/check/entry.h"

namespace spillway {

extern const CheckEntry kIprevCheck, kAuthCheck, kSpfCheck, kDkimCheck, kArcCheck, kDmarcCheck,
    kDnsblCheck, kAttachmentsCheck, kClamdCheck, kSpamdCheck, kRspamdCheck, kRulesCheck, kSignCheck,
    kSealCheck;

namespace {

constexpr std::array kChecks = {
    &kIprevCheck, &kAuthCheck,        &kSpfCheck,   &kDkimCheck,  &kArcCheck,
    &kDmarcCheck,  // uses the results of SPF, DKIM and ARC
    &kDnsblCheck, &kAttachmentsCheck, &kClamdCheck, &kSpamdCheck, &kRspamdCheck,
    &kRulesCheck, &kSignCheck,
    &kSealCheck,  // seals what all the others found
};
static_assert(kChecks.size() <= kMaxChecks);

}  // namespace

std::vector<std::unique_ptr<Section>> MakeCheckSections() {
  std::vector<std::unique_ptr<Section>> sections;
  sections.reserve(kChecks.size());
  for (const CheckEntry* entry : kChecks) sections.push_back(entry->make_section());
  return sections;
}

std::vector<std::string_view> CheckNamesBefore(std::string_view name) {
  std::vector<std::string_view> names;
  for (const CheckEntry* entry : kChecks) {
    if (entry->name == name) break;
    names.push_back(entry->name);
  }
  return names;
}

CheckTypes MakeChecks(const Config& config, const CheckServices& services) {
  CheckTypes types;
  std::vector<std::string> errors;
  for (const CheckEntry* entry : kChecks) {
    try {
      if (auto type = entry->make(config, services)) types.push_back(std::move(type));
    } catch (const ConfigError& error) {
      errors.insert(errors.end(), error.errors().begin(), error.errors().end());
    }
  }
  if (!errors.empty()) throw ConfigError(errors);
  return types;
}

std::unique_ptr<CheckType> MakeCheck(std::string_view name, const Config& config,
                                     const CheckServices& services) {
  const auto* const entry = std::find_if(
      kChecks.begin(), kChecks.end(), [name](const CheckEntry* one) { return one->name == name; });
  return entry == kChecks.end() ? nullptr : (*entry)->make(config, services);
}

}  // namespace spillway
