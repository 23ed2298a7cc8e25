// SPDX-License-Identifier: BSD-2-Clause
// DKIM key records (RFC 6376 section 3.6): which of the TXT answers at a selector are keys. There
// should be one; where there are several, each that fits the signature is tried.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "milter/dns/resolver.h"

namespace spillway {

struct DkimKey {
  enum class Status : uint8_t {
    kFound,
    kMissing,      // permanent: no such name, no record, or none that is a key
    kUnusable,     // permanent: only records that are too long
    kUnavailable,  // temporary: DNS failed
  };
  Status status = Status::kUnavailable;
  std::vector<std::string> records;  // at most kMaxKeys
  std::string reason;                // empty when found
};

// "selector._domainkey.domain", in lower case.
std::string DkimKeyName(std::string_view selector, std::string_view domain);
DkimKey SelectDkimKey(const std::string& name, const DnsAnswer& answer);
// Is one of them the key with this p=? In either form (RFC 6376 section 3.6.1).
bool IsPublished(const DkimKey& found, std::string_view public_key);

}  // namespace spillway
