// SPDX-License-Identifier: BSD-2-Clause
// The command line that both daemons share, and how they begin: options, configuration, log.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "conf/config.h"

namespace spillway {

inline constexpr const char* kDefaultConfigPath = "/etc/spillway/spillway.toml";

struct CommandLine {
  std::string path;                // of the configuration
  Config config;                   // loaded, with what depends on the machine filled in
  bool test = false;               // -t: say Good() when all else is good, too, and exit
  std::optional<int> exit_status;  // set: nothing is left to do but to exit with it
};

// Handles -c FILE, -t (test), -T (dump), -V (version) and --help, printing what they ask for; 64
// for a bad command line, 78 for a bad configuration with every error on standard error.
CommandLine ParseCommandLine(int argc, char** argv, const std::string& description);

// What -t says, and its exit status.
int Good(const CommandLine& line);
// Prints the errors on standard error, a line each; the exit status is 78.
int Bad(const std::vector<std::string>& errors);

// The machine's host name for an empty authserv_id.
void FillHostName(Config& config);

}  // namespace spillway
