// SPDX-License-Identifier: BSD-2-Clause
// spillwayctl forecast: what would become of this gateway's mail if a check became slow.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/sim/outcome.h"

namespace CLI {
class App;
}

namespace spillway {

struct CtlOptions;

// "clamd*10": ten times as slow; "clamd*hang": no answer before the end. nullopt for anything else.
struct FaultWish {
  std::string check;
  double multiplier = 1;
  bool hang = false;
};
std::optional<FaultWish> ParseFaultWish(std::string_view text);

// In words, with and without Spillway's admission.
std::string ForecastAsText(const sim::Outcome& with, const sim::Outcome& without);

void AddForecast(CLI::App& app, const CtlOptions& options, int& status);

}  // namespace spillway
