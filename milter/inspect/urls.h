// SPDX-License-Identifier: BSD-2-Clause
// The hosts that a text's URLs lead to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spillway {

// Appends the hosts of "http://", "https://", "ftp://" and "www." in `text`: names in lower case,
// as A-labels (RFC 5891), with percents decoded (RFC 3986 section 3.2.2), without user and port;
// and IPv4 addresses in dotted form, also those written as one number, in octal or hex. Each once,
// at most InspectionLimits::kHosts. False: not all was looked at, because too much of it could be
// the middle of a host.
bool AddHosts(std::string_view text, std::vector<std::string>& hosts);

// The same for a whole link, which need not name a scheme ("//host/path"), and in which a browser
// passes over tabs and line breaks.
void AddLinkHost(std::string_view link, std::vector<std::string>& hosts);

}  // namespace spillway
