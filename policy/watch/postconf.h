// SPDX-License-Identifier: BSD-2-Clause
// Asks this machine's Postfix for its configuration.
#pragma once

#include <string>

namespace spillway {

// What `postconf` prints with these arguments, words of ours; empty when there is no Postfix.
std::string Postconf(const std::string& arguments);

}  // namespace spillway
