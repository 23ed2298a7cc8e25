// SPDX-License-Identifier: BSD-2-Clause
// DMARC policy records (RFC 9989 section 4.7).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace spillway {

// Ordered: t=y lowers by one.
enum class DmarcPolicy : uint8_t { kNone, kQuarantine, kReject };
std::string_view DmarcPolicyName(DmarcPolicy policy);

enum class DmarcPsd : uint8_t { kUnknown, kYes, kNo };

struct DmarcRecord {
  DmarcPolicy policy = DmarcPolicy::kNone;  // p
  std::optional<DmarcPolicy> subdomains;    // sp
  std::optional<DmarcPolicy> non_existent;  // np
  bool strict_dkim = false;                 // adkim=s
  bool strict_spf = false;                  // aspf=s
  bool testing = false;                     // t=y
  DmarcPsd psd = DmarcPsd::kUnknown;
  // Without a valid p, or with an sp or np that is not valid: with a valid rua it counts as p=none,
  // without one it asks for nothing (section 4.10.1).
  bool usable = true;
  bool operator==(const DmarcRecord&) const = default;
};

// nullopt for what is no DMARC record: "v" comes first, and its value is "DMARC1" in this case.
// Unknown tags, and adkim, aspf, t and psd with unknown values, are passed over; of a tag that
// stands twice the first counts.
std::optional<DmarcRecord> ParseDmarcRecord(std::string_view text);

}  // namespace spillway
