// SPDX-License-Identifier: BSD-2-Clause
// "dkim new-key" and "dkim check": make a signing key, and check that it is published in DNS.
#pragma once

#include "policy/ctl/commands.h"

namespace spillway {

// Exit status 1: a key is not as it should be; 73: the key file cannot be written.
void AddDkim(CLI::App& app, const CtlOptions& options, int& status);

// `record` as a line of a zone file, in strings of 255 octets (RFC 1035 section 3.3.14).
std::string ZoneLine(const std::string& name, const std::string& record);

}  // namespace spillway
