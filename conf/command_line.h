// SPDX-License-Identifier: BSD-2-Clause
// The command line that both daemons share, and how they begin: options, configuration, log.
#pragma once

#include <optional>
#include <string>

#include "conf/config.h"

namespace spillway {

inline constexpr const char* kDefaultConfigPath = "/etc/spillway/spillway.toml";

struct CommandLine {
  Config config;                   // loaded, with what depends on the machine filled in
  std::optional<int> exit_status;  // set: nothing is left to do but to exit with it
};

// Handles -c FILE, -t (test), -T (dump), -V (version) and --help, printing what they ask for; 64
// for a bad command line, 78 for a bad configuration with every error on standard error. With
// `filters` the signing table and the rules are part of the configuration.
CommandLine ParseCommandLine(int argc, char** argv, const std::string& description,
                             bool filters = false);

// The configuration as spillway-milter has it: with the files that enabled checks name, and what
// depends on the machine.
LoadResult LoadFilterConfig(const std::string& path);

// The machine's host name for an empty authserv_id.
void FillHostName(Config& config);

}  // namespace spillway
