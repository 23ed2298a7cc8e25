// SPDX-License-Identifier: BSD-2-Clause
// Whose a host name is, by the public suffix list. The only file that sees libpsl.
#pragma once

#include <string>
#include <string_view>

namespace spillway {

// "example.co.uk" for "www.example.co.uk"; empty for a public suffix. `host` is in lower case, in
// A-labels. Thread-safe; the list is read at the first call.
std::string RegisteredDomain(std::string_view host);

}  // namespace spillway
