// SPDX-License-Identifier: BSD-2-Clause
// Header values as people read them.
#pragma once

#include <string>
#include <string_view>

namespace spillway {

// Unfolded, trimmed, with the encoded words of RFC 2047 decoded to UTF-8. What cannot be decoded
// stays as it is.
std::string ReadableValue(std::string_view value);

}  // namespace spillway
