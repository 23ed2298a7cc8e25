// SPDX-License-Identifier: BSD-2-Clause
// spillwayctl: what the administrator asks the daemons.
#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "conf/command_line.h"
#include "policy/ctl/control_client.h"
#include "policy/ctl/simulate.h"
#include "policy/ctl/status_view.h"

namespace {

int ShowStatus(const std::string& config_path, bool json) {
  using namespace spillway;
  const LoadResult loaded = LoadConfig(config_path);
  for (const std::string& error : loaded.errors) std::cerr << error << '\n';
  if (!loaded.errors.empty()) return EX_CONFIG;
  try {
    const StatusLines lines = DecodeStatus(AskControl(loaded.config.policy.control, "status"));
    std::cout << (json ? StatusAsJson(lines) : StatusAsText(lines));
    return EX_OK;
  } catch (const std::exception& error) {
    std::cerr << "spillwayctl: spillway-policyd does not answer: " << error.what() << '\n';
    return EX_UNAVAILABLE;
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::string config_path = spillway::kDefaultConfigPath;
  bool json = false;
  CLI::App app("Asks the Spillway daemons");
  app.add_option("-c,--config", config_path, "configuration file (default " + config_path + ")");
  app.set_version_flag("-V,--version", SPILLWAY_VERSION);
  app.require_subcommand(1);
  CLI::App* status = app.add_subcommand("status", "how the filter is doing, over the last minute");
  status->add_flag("--json", json, "as one JSON object");
  std::string scenario;
  std::vector<std::string> controllers = {"ours",      "none",      "on_off",
                                          "refuse_la", "gradient2", "best"};
  CLI::App* simulate =
      app.add_subcommand("simulate", "run a scenario in virtual time under several controllers");
  simulate->add_option("scenario", scenario, "scenario file")->required();
  simulate->add_option("--controllers", controllers, "which ones; also fixed:N")->delimiter(',');
  simulate->add_flag("--json", json, "as one JSON object");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EX_OK : EX_USAGE;
  }
  if (simulate->parsed()) return spillway::RunSimulation(scenario, controllers, json);
  return ShowStatus(config_path, json);
}
