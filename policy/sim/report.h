// SPDX-License-Identifier: BSD-2-Clause
// One scenario under several controllers, as a table and as JSON.
#pragma once

#include "policy/sim/outcome.h"

namespace spillway::sim {

struct Row {
  std::string controller;
  Outcome outcome;
};

// Throws std::invalid_argument for a controller that there is none of.
Row Simulate(const Scenario& scenario, const std::string& controller);
// The fixed limit that serves most: what a controller that knew everything beforehand would choose.
Row BestFixed(const Scenario& scenario);

std::string RowsAsText(const std::vector<Row>& rows);
std::string RowsAsJson(const std::string& scenario, const std::vector<Row>& rows);

}  // namespace spillway::sim
