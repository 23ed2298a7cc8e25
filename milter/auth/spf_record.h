// SPDX-License-Identifier: BSD-2-Clause
// SPF records by the letter of RFC 7208 section 12. What does not parse here is a permerror and
// never reaches libspf2.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/base/ip.h"
#include "milter/base/result.h"

namespace spillway {

enum class SpfMechanism : uint8_t { kAll, kInclude, kA, kMx, kPtr, kIp4, kIp6, kExists };

struct SpfDirective {
  State qualifier = State::kPass;  // pass, fail, softfail or neutral
  SpfMechanism mechanism = SpfMechanism::kAll;
  std::string domain_spec;      // macros unexpanded; empty: the current domain
  std::optional<Cidr> network;  // kIp4, kIp6
  int prefix4 = 32;             // kA, kMx
  int prefix6 = 128;
};

struct SpfRecord {
  std::vector<SpfDirective> directives;    // in order, up to and including the first "all"
  std::optional<std::string> redirect;     // absent when there is an "all"
  std::optional<std::string> explanation;  // exp=: only its form counts
};

struct SpfParse {
  std::optional<SpfRecord> record;
  std::string error;  // the offending term, when there is no record
};

// True for "v=spf1" alone or followed by a space, in any case (RFC 7208 section 4.5).
bool IsSpfRecord(std::string_view text);
// `text` satisfies IsSpfRecord.
SpfParse ParseSpfRecord(std::string_view text);

}  // namespace spillway
