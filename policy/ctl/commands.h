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

// Each subcommand runs when the command line is parsed, prints the answer, and sets `status`: 0, 64
// for a command that the daemon refuses, 69 when the daemon does not answer, 78 for a bad
// configuration.
// The arguments outlive `app`.
void AddCommands(CLI::App& app, const CtlOptions& options, int& status);

}  // namespace spillway
