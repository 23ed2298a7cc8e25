// SPDX-License-Identifier: BSD-2-Clause
// DKIM key records (RFC 6376 section 3.6): which of the TXT answers at a selector is the key.
#pragma once

#include <string>
#include <string_view>

#include "milter/dns/resolver.h"

namespace spillway {

struct DkimKey {
  enum class Status : uint8_t {
    kFound,
    kMissing,      // permanent: no such name, no record, or none that is a key
    kUnusable,     // permanent: several keys, or a record that is too long
    kUnavailable,  // temporary: DNS failed
  };
  Status status = Status::kUnavailable;
  std::string record;
  std::string reason;  // empty when found
};

// "selector._domainkey.domain", in lower case.
std::string DkimKeyName(std::string_view selector, std::string_view domain);
DkimKey SelectDkimKey(const std::string& name, const DnsAnswer& answer);
// Is it the key with this p=?
bool IsPublished(const DkimKey& found, std::string_view public_key);

}  // namespace spillway
