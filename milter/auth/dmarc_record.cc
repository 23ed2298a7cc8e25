// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/dmarc_record.h"

#include <string>

#include "milter/auth/tag_list.h"
#include "milter/mail/header.h"

namespace spillway {

namespace {

constexpr size_t kMaxRecord = 4096;  // read in the resolver's thread; real ones have 200 octets

// Section 4.7: the version comes first, and its value is case-sensitive.
bool HasVersion(std::string_view text) {
  const TagPart first = SplitTags(text).front();
  return first.name == "v" && first.value == "DMARC1";
}

std::optional<DmarcPolicy> Policy(const TagList& tags, std::string_view name) {
  const std::string value = TagValue(tags, name);
  for (const DmarcPolicy policy :
       {DmarcPolicy::kNone, DmarcPolicy::kQuarantine, DmarcPolicy::kReject}) {
    if (EqualsNoCase(value, DmarcPolicyName(policy))) return policy;
  }
  return std::nullopt;
}

bool Is(const TagList& tags, std::string_view name, std::string_view value) {
  return EqualsNoCase(TagValue(tags, name), value);
}

// At least one URI, which has a scheme.
bool HasReportAddress(const TagList& tags) {
  const std::string address = TagValue(tags, "rua");
  const size_t colon = address.find(':');
  return colon != std::string::npos && colon > 0 && colon + 1 < address.size();
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
  if (!HasVersion(text)) return std::nullopt;
  const TagList tags = ReadTagListLeniently(text);
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
