// SPDX-License-Identifier: BSD-2-Clause
// DNS responses (RFC 1035 section 4) to answers, by glibc's parser. Pure; fuzzed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "milter/dns/resolver.h"

namespace spillway {

struct ParsedResponse {
  DnsAnswer answer;
  // When the response ends in a CNAME whose target it does not cover: the name to ask next.
  std::string follow;
};

// Never fails: what does not parse is kServfail. At most 100 records are taken.
ParsedResponse ParseResponse(const DnsQuestion& question, const uint8_t* data, size_t size);

// The name as presentation format wants it: backslashes escaped. Empty when it cannot be asked: a
// label that is empty or over 63 octets, over 253 in all, or a NUL.
std::string QueryName(std::string_view name);

}  // namespace spillway
