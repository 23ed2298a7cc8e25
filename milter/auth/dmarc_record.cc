// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/dmarc_record.h"

#include <string>

#include "milter/auth/tag_list.h"
#include "milter/mail/header.h"

namespace spillway {

namespace {

constexpr size_t kMaxRecord = 4096;  // read in the resolver's thread; real ones have 200 octets

// Section 4.7: the version comes first, and its value, unlike its name, is case-sensitive.
bool HasVersion(std::string_view text) {
  const TagPart first = SplitTags(text.substr(0, text.find(';'))).front();
  return EqualsNoCase(first.name, "v") && first.value == "DMARC1";
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
  const std::string all = TagValue(tags, "rua");
  for (std::string_view rest = all; !rest.empty();) {
    const size_t end = std::min(rest.find(','), rest.size());
    const std::string_view address = Trim(rest.substr(0, end));
    const size_t colon = address.find(':');
    if (colon != std::string::npos && colon > 0 && colon + 1 < address.size()) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

bool IsInvalid(const TagList& tags, std::string_view name) {
  return tags.contains(name) && !Policy(tags, name);
}

// Section 4.10.1: with one policy that is none of the three, the record asks for nothing but
// reports.
void ReadPolicies(const TagList& tags, DmarcRecord& record) {
  const auto policy = Policy(tags, "p");
  if (!policy || IsInvalid(tags, "sp") || IsInvalid(tags, "np")) {
    record.usable = HasReportAddress(tags);
    return;
  }
  record.policy = *policy;
  record.subdomains = Policy(tags, "sp");
  record.non_existent = Policy(tags, "np");
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
  ReadPolicies(tags, record);
  record.strict_dkim = Is(tags, "adkim", "s");
  record.strict_spf = Is(tags, "aspf", "s");
  record.testing = Is(tags, "t", "y");
  if (Is(tags, "psd", "y")) record.psd = DmarcPsd::kYes;
  if (Is(tags, "psd", "n")) record.psd = DmarcPsd::kNo;
  return record;
}

}  // namespace spillway
