// SPDX-License-Identifier: BSD-2-Clause
// Asks this machine's Postfix for its configuration.
#pragma once

#include <string>

namespace spillway {

// A service as a line of master.cf (master(5)) or of `postconf -M` names it; empty where the line
// is none.
struct MasterService {
  std::string name, type, maxproc, program;
};
MasterService ParseMasterService(const std::string& line);

// What `postconf` prints with these arguments, words of ours; empty when there is no Postfix.
std::string Postconf(const std::string& arguments);

}  // namespace spillway
