// SPDX-License-Identifier: BSD-2-Clause
// Reads, runs, prints.
#include "policy/ctl/simulate.h"

#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "policy/sim/report.h"

namespace spillway {

namespace {

struct SimulateOptions {
  std::string path;
  std::vector<std::string> controllers = {"ours",      "none",      "on_off",
                                          "refuse_la", "gradient2", "best"};
  bool json = false;
  bool constants = false;
};

// "name<TAB>value<TAB>what it decides<TAB>measured effect", a line each.
std::string ConstantsAsText() {
  const Constants shipped;
  std::ostringstream out;
  for (const Constant& constant : kConstants)
    out << constant.name << '\t' << shipped.*constant.value << '\t' << constant.decides << '\t'
        << constant.effect << '\n';
  return out.str();
}

int Run(const SimulateOptions& options) {
  if (options.constants) {
    std::cout << ConstantsAsText();
    return EX_OK;
  }
  const auto& [path, controllers, json, constants] = options;
  std::vector<std::string> errors;
  const std::string text = ReadTextFile(path, errors);
  sim::ScenarioResult read;
  if (errors.empty()) read = sim::ParseScenario(text, path);
  errors.insert(errors.end(), read.errors.begin(), read.errors.end());
  for (const std::string& error : errors) std::cerr << error << '\n';
  if (!errors.empty()) return EX_CONFIG;
  try {
    std::vector<sim::Row> rows;
    rows.reserve(controllers.size());
    for (const std::string& name : controllers) {
      rows.push_back(name == "best" ? sim::BestFixed(read.scenario)
                                    : sim::Simulate(read.scenario, name));
    }
    std::cout << (json ? sim::RowsAsJson(path, rows) : path + "\n" + sim::RowsAsText(rows));
    return EX_OK;
  } catch (const std::invalid_argument& error) {
    std::cerr << "spillwayctl: " << error.what() << '\n';
    return EX_USAGE;
  }
}

}  // namespace

void AddSimulate(CLI::App& app, int& status) {
  CLI::App* command =
      app.add_subcommand("simulate", "run a scenario in virtual time under several controllers");
  const auto options = std::make_shared<SimulateOptions>();
  auto* const constants =
      command->add_flag("--constants", options->constants, "list the numbers of the law");
  command->add_option("scenario", options->path, "scenario file")->excludes(constants);
  command->add_option("--controllers", options->controllers, "which ones; also fixed:N")
      ->delimiter(',');
  command->add_flag("--json", options->json, "as one JSON object");
  command->callback([options, &status] { status = Run(*options); });
}

}  // namespace spillway
