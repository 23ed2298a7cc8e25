// SPDX-License-Identifier: BSD-2-Clause
// A subcommand is its words to the daemon and a way to show the answer.
#include "policy/ctl/commands.h"

#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "conf/units.h"
#include "policy/ctl/control_client.h"
#include "policy/ctl/incidents_view.h"
#include "policy/ctl/status_view.h"

namespace spillway {

int AskAndShow(const CtlOptions& options, const std::string& command, const ShowAnswer& show) {
  const LoadResult loaded = LoadConfig(options.config);
  for (const std::string& error : loaded.errors) std::cerr << error << '\n';
  if (!loaded.errors.empty()) return EX_CONFIG;
  try {
    const std::string answer = AskControl(loaded.config.policy.control, command);
    if (answer.starts_with("error=")) {
      std::cerr << "spillwayctl: " << answer.substr(6);
      return EX_USAGE;
    }
    std::cout << show(answer);
    return EX_OK;
  } catch (const std::exception& error) {
    std::cerr << "spillwayctl: spillway-policyd does not answer: " << error.what() << '\n';
    return EX_UNAVAILABLE;
  }
}

namespace {

// "name=value" lines in two columns.
std::string InColumns(const std::string& answer) {
  std::string out;
  for (const auto& [name, value] : DecodeStatus(answer)) {
    std::string column = name;
    column.resize(std::max<size_t>(26, name.size() + 1), ' ');
    out += column + value + "\n";
  }
  return out;
}

void AddStatus(CLI::App& app, const CtlOptions& options, int& status) {
  CLI::App* command = app.add_subcommand("status", "how the filter is doing, over the last minute");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "as one JSON object");
  command->callback([&options, &status, json] {
    status = AskAndShow(options, "status", [json](const std::string& answer) {
      const StatusLines lines = DecodeStatus(answer);
      return *json ? StatusAsJson(lines) : StatusAsText(lines);
    });
  });
}

// Tab-separated, for people and for scripts/metrics-manual.
void AddMetrics(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("metrics", "every figure of status: name, type, unit, source, help");
  command->callback([] {
    for (const Metric& metric : Metrics()) {
      std::cout << metric.name << '\t' << MetricTypeName(metric.type) << '\t' << metric.unit << '\t'
                << MetricSourceName(metric.source) << '\t' << metric.help << '\n';
    }
  });
}

void AddIncidents(CLI::App& app, const CtlOptions& options, int& status) {
  CLI::App* command = app.add_subcommand("incidents", "past incidents, or the time line of one");
  const auto id = std::make_shared<std::string>();
  command->add_option("id", *id, "identifier of one incident");
  command->callback([&options, &status, id] {
    status = AskAndShow(options, "journal",
                        [id](const std::string& answer) { return IncidentsAsText(answer, *id); });
  });
}

void AddShed(CLI::App& app, const CtlOptions& options, int& status) {
  CLI::App* command =
      app.add_subcommand("shed", "overrule the admission law: auto, open, or hold PERCENT");
  const auto mode = std::make_shared<std::vector<std::string>>();
  const auto length = std::make_shared<std::string>("30m");
  command->add_option("mode", *mode, "auto, open, or hold and a percentage of the slots")
      ->required()
      ->expected(1, 2);
  command->add_option("--for", *length, "for how long, at most a day (default 30m)");
  command->callback([&options, &status, mode, length] {
    const auto milliseconds = ParseDuration(*length);
    if (!milliseconds) {
      std::cerr << "spillwayctl: --for is \"" << *length << "\", expected a duration such as 30m\n";
      status = EX_USAGE;
      return;
    }
    std::string words = "shed";
    for (const std::string& word : *mode) words += " " + word;
    if (mode->front() != "auto") words += " " + std::to_string(*milliseconds / 1000);
    status = AskAndShow(options, words, InColumns);
  });
}

void AddClients(CLI::App& app, const CtlOptions& options, int& status) {
  CLI::App* command =
      app.add_subcommand("clients", "who is in which tier and why, the latest first");
  const auto most = std::make_shared<int>(50);
  command->add_option("-n", *most, "how many")->check(CLI::Range(1, 100000));
  command->callback([&options, &status, most] {
    status = AskAndShow(options, "clients " + std::to_string(*most), InColumns);
  });
}

void AddExplain(CLI::App& app, const CtlOptions& options, int& status) {
  CLI::App* command = app.add_subcommand("explain", "what is known of one client");
  const auto client = std::make_shared<std::string>();
  command->add_option("client", *client, "address or SASL user")->required();
  command->callback([&options, &status, client] {
    status = AskAndShow(options, "explain " + *client, InColumns);
  });
}

}  // namespace

void AddCommands(CLI::App& app, const CtlOptions& options, int& status) {
  AddStatus(app, options, status);
  AddMetrics(app);
  AddIncidents(app, options, status);
  AddShed(app, options, status);
  AddClients(app, options, status);
  AddExplain(app, options, status);
}

}  // namespace spillway
