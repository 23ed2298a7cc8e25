// SPDX-License-Identifier: BSD-2-Clause
// spillwayctl simulate: the shipped admission code in virtual time.
#pragma once

#include <string>
#include <vector>

namespace spillway {

// Prints the table (or JSON) of `path` under `controllers`; the exit status: 0, 64 for a controller
// that there is none of, 78 for a bad scenario file.
int RunSimulation(const std::string& path, const std::vector<std::string>& controllers, bool json);

}  // namespace spillway
