// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/dmarc_record.h"

#include <map>
#include <string>

#include "milter/mail/header.h"

namespace spillway {

namespace {

constexpr size_t kMaxRecord = 4096;  // read in the resolver's thread; real ones have 200 octets

using Tags = std::map<std::string, std::string, std::less<>>;

// One "name = value"; false when it is none.
bool TakeTag(std::string_view part, std::string& name, std::string_view& value) {
  const size_t equals = part.find('=');
  if (equals == std::string_view::npos) return false;
  name = ToLower(Trim(part.substr(0, equals)));
  value = Trim(part.substr(equals + 1));
  return !name.empty();
}

bool IsVersion(std::string_view part) {
  const size_t equals = part.find('=');
  return equals != std::string_view::npos && Trim(part.substr(0, equals)) == "v" &&
         Trim(part.substr(equals + 1)) == "DMARC1";
}

Tags ReadTags(std::string_view text) {
  Tags tags;
  while (!text.empty()) {
    const size_t end = std::min(text.find(';'), text.size());
    std::string name;
    std::string_view value;
    if (TakeTag(text.substr(0, end), name, value)) tags.emplace(name, value);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return tags;
}

std::optional<DmarcPolicy> Policy(const Tags& tags, std::string_view name) {
  const auto tag = tags.find(name);
  if (tag == tags.end()) return std::nullopt;
  for (const DmarcPolicy policy :
       {DmarcPolicy::kNone, DmarcPolicy::kQuarantine, DmarcPolicy::kReject}) {
    if (EqualsNoCase(tag->second, DmarcPolicyName(policy))) return policy;
  }
  return std::nullopt;
}

bool Is(const Tags& tags, std::string_view name, std::string_view value) {
  const auto tag = tags.find(name);
  return tag != tags.end() && EqualsNoCase(tag->second, value);
}

// At least one URI, which has a scheme.
bool HasReportAddress(const Tags& tags) {
  const auto tag = tags.find(std::string_view("rua"));
  if (tag == tags.end()) return false;
  const size_t colon = tag->second.find(':');
  return colon != std::string::npos && colon > 0 && colon + 1 < tag->second.size();
}

}  // namespace

std::string_view DmarcPolicyName(DmarcPolicy policy) {
  switch (policy) {
    case DmarcPolicy::kReject:
      return "reject";
    case DmarcPolicy::kQuarantine:
      return "quarantine";
    case DmarcPolicy::kNone:
      break;
  }
  return "none";
}

std::optional<DmarcRecord> ParseDmarcRecord(std::string_view text) {
  if (text.size() > kMaxRecord) return std::nullopt;
  const size_t end = std::min(text.find(';'), text.size());
  if (!IsVersion(text.substr(0, end))) return std::nullopt;
  const Tags tags = ReadTags(text.substr(std::min(end + 1, text.size())));
  DmarcRecord record;
  const auto policy = Policy(tags, "p");
  record.policy = policy.value_or(DmarcPolicy::kNone);
  record.usable = policy.has_value() || HasReportAddress(tags);
  record.subdomains = Policy(tags, "sp");
  record.non_existent = Policy(tags, "np");
  record.strict_dkim = Is(tags, "adkim", "s");
  record.strict_spf = Is(tags, "aspf", "s");
  record.testing = Is(tags, "t", "y");
  if (Is(tags, "psd", "y")) record.psd = DmarcPsd::kYes;
  if (Is(tags, "psd", "n")) record.psd = DmarcPsd::kNo;
  return record;
}

}  // namespace spillway
