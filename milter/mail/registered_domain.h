// SPDX-License-Identifier: BSD-2-Clause
// The registered domain of a host name, by the public suffix list. Only its .cc includes libpsl.
#pragma once

#include <string>
#include <string_view>

namespace spillway {

// "example.co.uk" for "www.example.co.uk"; empty for a public suffix. `host` is in lower case, in
// A-labels. Thread-safe; the list is read at the first call.
std::string RegisteredDomain(std::string_view host);

}  // namespace spillway
