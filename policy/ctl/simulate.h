// SPDX-License-Identifier: BSD-2-Clause
// spillwayctl simulate: the shipped admission code in virtual time.
#pragma once

namespace CLI {
class App;
}

namespace spillway {

// Runs when the command line is parsed, prints a table or JSON, and sets `status`: 0, 64 for an
// unknown controller, 78 for a bad scenario file.
void AddSimulate(CLI::App& app, int& status);

}  // namespace spillway
