// SPDX-License-Identifier: BSD-2-Clause
// Other TXT records at a selector (verification tokens, wildcards) are common, so a record counts
// as a key only when it has a p= tag.
#include "milter/auth/dkim_key.h"

#include <algorithm>

#include "milter/auth/signature_key.h"
#include "milter/auth/tag_list.h"
#include "milter/mail/header.h"

namespace spillway {

namespace {

// libopendkim copies a key record into 1,024 octets; an RSA key of 4,096 bits takes about 740.
constexpr size_t kMaxRecord = 1000;
constexpr size_t kMaxKeys = 4;
constexpr size_t kShortest = 31;  // octets: below an Ed25519 key

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
    if (!LooksLikeKey(text) || key.records.size() >= kMaxKeys) continue;
    if (text.size() <= kMaxRecord)
      key.records.push_back(text);
    else
      key = {DkimKey::Status::kUnusable, key.records, "key record at " + name + " is too long"};
  }
  if (!key.records.empty()) key = {DkimKey::Status::kFound, key.records, {}};
  return key;
}

bool IsPublished(const DkimKey& found, std::string_view public_key) {
  const auto wanted = DecodeUnpaddedBase64(public_key);
  return std::any_of(found.records.begin(), found.records.end(), [&](const std::string& record) {
    const auto tags = ParseTagList(record);
    const auto key =
        tags && tags->contains("p") ? DecodeUnpaddedBase64(tags->at("p")) : std::nullopt;
    // The longer form of an RSA key ends with the shorter one.
    return key && wanted && key->size() > kShortest && wanted->ends_with(*key);
  });
}

}  // namespace spillway
