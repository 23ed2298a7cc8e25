// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/dmarc_walk.h"

#include <algorithm>

namespace spillway {

namespace {

constexpr size_t kMaxLabels = 7;

size_t Labels(std::string_view name) {
  return 1 + static_cast<size_t>(std::count(name.begin(), name.end(), '.'));
}

std::string Parent(const std::string& name) {
  return name.substr(name.find('.') + 1);
}

// The name one label longer than `above`, on the way down to `domain`.
std::string OneBelow(const std::string& domain, const std::string& above) {
  const std::string rest = domain.substr(0, domain.size() - above.size() - 1);
  const size_t dot = rest.rfind('.');
  return (dot == std::string::npos ? rest : rest.substr(dot + 1)) + "." + above;
}

}  // namespace

DnsQuestion DmarcQuestion(const std::string& domain) {
  return {"_dmarc." + domain, RrType::kTxt};
}

std::vector<std::string> WalkNames(const std::string& domain) {
  std::vector<std::string> names = {domain};
  std::string name = domain;
  while (Labels(name) > kMaxLabels + 1) name = Parent(name);
  while (Labels(name) > 1) {
    name = Parent(name);
    names.push_back(name);
  }
  return names;
}

DmarcAt LookUpDmarc(const std::string& domain, const DnsFind& find) {
  const DnsAnswerPtr answer = find(DmarcQuestion(domain));
  DmarcAt out;
  out.failed = answer == nullptr || answer->failed();
  if (out.failed) return out;
  for (const std::string& text : answer->texts) {
    auto record = ParseDmarcRecord(text);
    if (!record) continue;
    out.several = out.record.has_value();
    if (out.several) break;
    out.record = record;
  }
  if (out.several) out.record.reset();
  return out;
}

// Section 4.10: psd=n and psd=y end the walk. Section 4.10.2: psd=n is the organization's own word;
// psd=y, above the start, makes it the name one label below; else it is the name with a record that
// has the fewest labels.
Organization FindOrganization(const std::string& domain, const DnsFind& find) {
  Organization out{.domain = domain};
  for (const std::string& name : WalkNames(domain)) {
    const DmarcAt at = LookUpDmarc(name, find);
    out.failed = out.failed || at.failed;
    if (!at.record) continue;
    if (at.record->psd == DmarcPsd::kYes && name != domain) {
      const std::string below = OneBelow(domain, name);
      if (below != out.domain) out.record.reset();
      out.domain = below;
      out.registry = name;
      out.registrys = at.record;
      return out;
    }
    out.domain = name;
    out.record = at.record;
    if (at.record->psd != DmarcPsd::kUnknown) return out;
  }
  return out;
}

}  // namespace spillway
