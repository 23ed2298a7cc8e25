// SPDX-License-Identifier: BSD-2-Clause
// Reads, runs, prints.
#include "policy/ctl/simulate.h"

#include <sysexits.h>

#include <iostream>
#include <stdexcept>

#include "policy/sim/report.h"

namespace spillway {

int RunSimulation(const std::string& path, const std::vector<std::string>& controllers, bool json) {
  std::vector<std::string> errors;
  const std::string text = ReadTextFile(path, errors);
  sim::ScenarioResult read;
  if (errors.empty()) read = sim::ParseScenario(text, path);
  errors.insert(errors.end(), read.errors.begin(), read.errors.end());
  for (const std::string& error : errors) std::cerr << error << '\n';
  if (!errors.empty()) return EX_CONFIG;
  try {
    std::vector<sim::Row> rows;
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

}  // namespace spillway
