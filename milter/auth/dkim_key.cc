// SPDX-License-Identifier: BSD-2-Clause
// Other TXT records at a selector (verification tokens, wildcards) are common, so a record counts
// as a key only when it has a p= tag.
#include "milter/auth/dkim_key.h"

#include <algorithm>

#include "milter/auth/tag_list.h"
#include "milter/mail/header.h"

namespace spillway {

namespace {

// libopendkim copies a key record into 1,024 octets; an RSA key of 4,096 bits takes about 740.
constexpr size_t kMaxRecord = 1000;

bool LooksLikeKey(std::string_view record) {
  const std::vector<TagPart> parts = SplitTags(record);
  return std::any_of(parts.begin(), parts.end(),
                     [](const TagPart& part) { return part.name == "p"; });
}

}  // namespace

std::string DkimKeyName(std::string_view selector, std::string_view domain) {
  return ToLower(selector) + "._domainkey." + ToLower(domain);
}

DkimKey SelectDkimKey(const std::string& name, const DnsAnswer& answer) {
  if (answer.failed()) {
    const bool silent = answer.status == DnsStatus::kTimeout;
    return {DkimKey::Status::kUnavailable,
            {},
            (silent ? "no answer from DNS for " : "DNS failure for ") + name};
  }
  DkimKey key{DkimKey::Status::kMissing, {}, "no key at " + name};
  for (const std::string& text : answer.texts) {
    if (!LooksLikeKey(text)) continue;
    if (key.status == DkimKey::Status::kFound) {
      return {DkimKey::Status::kUnusable, {}, "several keys at " + name};
    }
    if (text.size() > kMaxRecord) {
      return {DkimKey::Status::kUnusable, {}, "key record at " + name + " is too long"};
    }
    key = {DkimKey::Status::kFound, text, {}};
  }
  return key;
}

bool IsPublished(const DkimKey& found, std::string_view public_key) {
  const auto tags = ParseTagList(found.record);
  return tags && tags->contains("p") && WithoutWhiteSpace(tags->at("p")) == public_key;
}

}  // namespace spillway
