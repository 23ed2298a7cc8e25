// SPDX-License-Identifier: BSD-2-Clause
// The subcommands that ask spillway-policyd over its control socket.
#pragma once

#include <string>

#include "conf/command_line.h"

namespace CLI {
class App;
}

namespace spillway {

struct CtlOptions {
  std::string config = kDefaultConfigPath;
};

// Each runs when the command line is parsed, prints its answer, and leaves the exit status: 0, 64
// for words that the daemon does not take, 69 when it does not answer, 78 for a bad configuration.
// The arguments outlive `app`.
void AddCommands(CLI::App& app, const CtlOptions& options, int& status);

}  // namespace spillway
