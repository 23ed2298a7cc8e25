// SPDX-License-Identifier: BSD-2-Clause
// The daemon tells what it has learned, as a scenario; the simulation runs here.
#include "policy/ctl/forecast.h"

#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "conf/units.h"
#include "policy/ctl/commands.h"
#include "policy/sim/report.h"

namespace spillway {

namespace {

constexpr auto kBefore = std::chrono::minutes(15);  // of health, in which the law learns
constexpr auto kAfter = std::chrono::hours(2);

struct Wishes {
  std::string fault;
  std::string length = "5m";
  double surge = 1;
};

std::string Percent(double share) {
  char text[32];
  std::snprintf(text, sizeof(text), share > 0 && share < 0.01 ? "%.1f %%" : "%.0f %%", share * 100);
  return text;
}

std::string Line(const std::string& name, const sim::Outcome& outcome) {
  char greeting[32];
  std::snprintf(greeting, sizeof(greeting), "%.1f s", outcome.greeting_p99());
  std::string out = name + "devices lost " + Percent(outcome.device_loss()) + ", submission lost " +
                    Percent(outcome.submission_loss()) +
                    "; external mail: " + std::to_string(outcome.refusals) + " refused, " +
                    Percent(outcome.unscanned()) + " of the accepted unscanned; greeting p99 " +
                    greeting;
  if (outcome.refusals > 0 && outcome.time_to_recover > 0) {
    const auto late = static_cast<int64_t>(outcome.time_to_recover);
    out += "; last refusal " + std::to_string(late) + " s after the end";
  }
  return out + "\n";
}

// `site`: what spillway-policyd has learned of this gateway.
std::string Run(const std::string& site, const FaultWish& fault, Milliseconds lasts, double surge) {
  auto [scenario, errors] = sim::ParseScenario(site, "what spillway-policyd has learned");
  if (!errors.empty()) throw std::runtime_error(errors.front());
  scenario.faults.push_back(
      {.at = kBefore, .length = lasts, .multiplier = fault.multiplier, .hang = fault.hang});
  if (surge > 1) scenario.surges.push_back({.at = kBefore, .length = lasts, .factor = surge});
  scenario.duration = kBefore + lasts + kAfter;
  return ForecastAsText(sim::Simulate(scenario, "ours").outcome,
                        sim::Simulate(scenario, "none").outcome);
}

int Forecast(const CtlOptions& options, const Wishes& wishes) {
  const auto fault = ParseFaultWish(wishes.fault);
  const auto length = ParseDuration(wishes.length);
  constexpr int64_t kLongest = 86400000;  // a day
  if (!fault || !length || *length <= 0 || *length > kLongest) {
    std::cerr << (fault ? "spillwayctl: --for is \"" + wishes.length +
                              "\", expected a duration such as 5m, at most 1d\n"
                        : "spillwayctl: --fault is \"" + wishes.fault +
                              "\", expected CHECK*FACTOR or CHECK*hang, as in clamd*10\n");
    return EX_USAGE;
  }
  return AskAndShow(options, "site " + fault->check, [&](const std::string& site) {
    return Run(site, *fault, Milliseconds(*length), wishes.surge);
  });
}

}  // namespace

std::optional<FaultWish> ParseFaultWish(std::string_view text) {
  const size_t star = text.find('*');
  if (star == 0 || star == std::string_view::npos) return std::nullopt;
  FaultWish wish{.check = std::string(text.substr(0, star))};
  const std::string_view factor = text.substr(star + 1);
  wish.hang = factor == "hang";
  if (wish.hang) return wish;
  const char* const end = factor.data() + factor.size();
  const auto [read, error] = std::from_chars(factor.data(), end, wish.multiplier);
  const bool good = error == std::errc() && read == end && wish.multiplier >= 1;
  return good && wish.multiplier <= 100000 ? std::optional(wish) : std::nullopt;
}

std::string ForecastAsText(const sim::Outcome& with, const sim::Outcome& without) {
  return Line("with Spillway:     ", with) + Line("without admission: ", without);
}

void AddForecast(CLI::App& app, const CtlOptions& options, int& status) {
  CLI::App* command = app.add_subcommand(
      "forecast", "what would become of the mail if a check became slow, by simulation");
  const auto wishes = std::make_shared<Wishes>();
  command->add_option("--fault", wishes->fault, "CHECK*FACTOR or CHECK*hang, as in clamd*10")
      ->required();
  command->add_option("--for", wishes->length, "for how long (default 5m)");
  command->add_option("--surge", wishes->surge, "so many times the mail meanwhile")
      ->check(CLI::Range(1.0, 1000.0));
  command->callback([&options, &status, wishes] { status = Forecast(options, *wishes); });
}

}  // namespace spillway
