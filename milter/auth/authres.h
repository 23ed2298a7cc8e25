// SPDX-License-Identifier: BSD-2-Clause
// The Authentication-Results field of RFC 8601: a strict writer, and a lenient reader of the one
// thing we ask of other people's fields: under whose name do they speak?
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "milter/base/result.h"

namespace spillway {

inline constexpr std::string_view kAuthenticationResults = "Authentication-Results";

// The field's value without a leading space, folded with LF and tab, every line under 998 octets.
// Values are quoted by the grammar; octets that a header cannot carry become "?". States of our own
// are written in RFC 8601's words: late is temperror with its reason, skipped results are left out.
std::string FormatAuthenticationResults(std::string_view authserv_id,
                                        const std::vector<MethodResult>& results);

// Octets that a header cannot carry become "?"; at most 300 are kept.
std::string QuotedString(std::string_view raw);

// True when a reader, strict or sloppy, could take the field for one of `authserv_id`: case,
// comments, folding, quotes, a version, a missing semicolon or a final dot make no difference.
// Fields that do not parse at all claim every name that stands in them before the first semicolon.
bool ClaimsAuthservId(std::string_view value, std::string_view authserv_id);

}  // namespace spillway
