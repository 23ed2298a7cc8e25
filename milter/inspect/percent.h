// SPDX-License-Identifier: BSD-2-Clause
// Octets written as "%41" (RFC 3986 section 2.1, RFC 2231 section 4).
#pragma once

#include <string>
#include <string_view>

namespace spillway {

// Decoded; what is no such octet stays as it is.
std::string WithoutPercents(std::string_view text);

}  // namespace spillway
