// SPDX-License-Identifier: BSD-2-Clause
// CLI11 parses; errors go to standard error, answers to standard output.
#include "conf/command_line.h"

#include <sysexits.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <iostream>

namespace spillway {

void FillHostName(Config& config) {
  if (!config.milter.authserv_id.empty()) return;
  std::array<char, 256> name{};
  const bool known = ::gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0';
  config.milter.authserv_id = known ? name.data() : "localhost";
}

int Good(const CommandLine& line) {
  std::cout << line.path << ": good\n";
  return EX_OK;
}

int Bad(const std::vector<std::string>& errors) {
  for (const std::string& error : errors) std::cerr << error << '\n';
  return EX_CONFIG;
}

CommandLine ParseCommandLine(int argc, char** argv, const std::string& description) {
  CommandLine out;
  out.path = kDefaultConfigPath;
  bool dump = false;
  CLI::App app(description);
  app.add_option("-c,--config", out.path, "configuration file (default " + out.path + ")");
  app.add_flag("-t,--test", out.test, "test the configuration and exit");
  app.add_flag("-T,--dump", dump, "print the configuration in effect, with defaults, and exit");
  app.set_version_flag("-V,--version", SPILLWAY_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    out.exit_status = app.exit(error) == 0 ? EX_OK : EX_USAGE;
    return out;
  }
  LoadResult loaded = LoadConfig(out.path);
  if (!loaded.errors.empty()) {
    out.exit_status = Bad(loaded.errors);
    return out;
  }
  out.config = std::move(loaded.config);
  FillHostName(out.config);
  if (dump) std::cout << DumpConfig(out.config);
  if (dump) out.exit_status = EX_OK;
  return out;
}

}  // namespace spillway
