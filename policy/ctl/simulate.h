// SPDX-License-Identifier: BSD-2-Clause
// spillwayctl simulate: the shipped admission code in virtual time.
#pragma once

namespace CLI {
class App;
}

namespace spillway {

// Runs when the command line is parsed, prints a table or JSON, and leaves the exit status: 0, 64
// for a controller that there is none of, 78 for a bad scenario file.
void AddSimulate(CLI::App& app, int& status);

}  // namespace spillway
