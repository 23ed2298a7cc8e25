// SPDX-License-Identifier: BSD-2-Clause
// The subcommands that ask spillway-policyd over its control socket.
#pragma once

#include <functional>
#include <string>

#include "conf/command_line.h"

namespace CLI {
class App;
}

namespace spillway {

struct CtlOptions {
  std::string config = kDefaultConfigPath;
};

// Asks the daemon and prints what `show` makes of the answer. Returns the exit status: 0, 64 for a
// command that the daemon refuses, 69 when it does not answer or `show` throws, 78 for a bad
// configuration.
using ShowAnswer = std::function<std::string(const std::string&)>;
int AskAndShow(const CtlOptions& options, const std::string& command, const ShowAnswer& show);

// Each subcommand runs when the command line is parsed, prints the answer, and sets `status` as
// above. The arguments outlive `app`.
void AddCommands(CLI::App& app, const CtlOptions& options, int& status);

}  // namespace spillway
