// SPDX-License-Identifier: BSD-2-Clause
// Domain names as DNS has them: lower case, without a final dot, U-labels as A-labels (RFC 5891).
// The only file that sees libidn2.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spillway {

// nullopt for what is no name of at least two labels, and for labels that IDNA 2008 does not allow.
std::optional<std::string> AsciiDomain(std::string_view domain);
// The same for any name that a stranger wrote, of one label, too. What is no name stays as it is,
// but in lower case.
std::string DnsName(std::string_view name);

}  // namespace spillway
