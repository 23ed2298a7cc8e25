// SPDX-License-Identifier: BSD-2-Clause
// Messages that were made to hurt: by their nesting, boundaries, encodings, headers, archives.
#pragma once

#include <string>
#include <vector>

#include "t/rig/milter_client.h"

namespace spillway {

struct HostileCase {
  std::string name;
  MilterMail mail;
};

// The cases of one family each; together more than sixty.
std::vector<HostileCase> HostileNesting();
std::vector<HostileCase> HostileBoundaries();
std::vector<HostileCase> HostileEncodings();
std::vector<HostileCase> HostileHeaders();
std::vector<HostileCase> HostileBodies();
std::vector<HostileCase> HostileArchives();

}  // namespace spillway
