// SPDX-License-Identifier: BSD-2-Clause
// The writer of the Authentication-Results field (RFC 8601 section 2.2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "milter/base/result.h"

namespace spillway {

inline constexpr std::string_view kAuthenticationResults = "Authentication-Results";

// The field's value without a leading space, folded with LF and tab, every line under 998 octets.
// Values are quoted by the grammar; octets that a header cannot carry, even one in UTF-8 (RFC
// 6532), become "?". States of our own are written in RFC 8601's words: late is temperror with its
// reason, skipped results are left out.
std::string FormatAuthenticationResults(std::string_view authserv_id,
                                        const std::vector<MethodResult>& results);

// Octets that a header cannot carry become "?"; at most 300 are kept.
std::string QuotedString(std::string_view raw);

// What a header can carry of it: no control characters, and no line that is not a continuation.
std::string FieldValue(std::string text);

}  // namespace spillway
