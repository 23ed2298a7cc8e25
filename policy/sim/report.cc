// SPDX-License-Identifier: BSD-2-Clause
// One list of columns serves both renderings.
#include "policy/sim/report.h"

#include <array>
#include <cstdio>
#include <stdexcept>

#include "milter/base/json.h"
#include "policy/sim/plant.h"

namespace spillway::sim {

namespace {

struct Column {
  const char* name;
  const char* heading;
  int width;
  int decimals;
  double (*value)(const Outcome&);
};

constexpr std::array<Column, 17> kColumns = {{
    {"goodput_ratio", "goodput", 8, 2, [](const Outcome& o) { return o.goodput_ratio(); }},
    {"device_loss", "loss", 7, 3, [](const Outcome& o) { return o.device_loss(); }},
    {"printer_loss", "printers", 9, 3, [](const Outcome& o) { return o.printer_loss(); }},
    {"submission_loss", "users", 7, 3, [](const Outcome& o) { return o.submission_loss(); }},
    {"unscanned", "unscan", 7, 2, [](const Outcome& o) { return o.unscanned(); }},
    {"greeting_p99", "greet", 7, 2, [](const Outcome& o) { return o.greeting_p99(); }},
    {"servers_refused", "servers", 8, 3, [](const Outcome& o) { return o.servers_refused(); }},
    {"bots_refused", "bots", 6, 3, [](const Outcome& o) { return o.bots_refused(); }},
    {"deferred_max_age", "max_age", 8, 0, [](const Outcome& o) { return o.deferred_max_age; }},
    {"flips", "flips", 6, 0, [](const Outcome& o) { return static_cast<double>(o.flips); }},
    {"second_entries", "again", 6, 0,
     [](const Outcome& o) { return static_cast<double>(o.second_entries); }},
    {"time_to_shed", "to_shed", 8, 1, [](const Outcome& o) { return o.time_to_shed; }},
    {"time_to_recover", "to_recover", 11, 0, [](const Outcome& o) { return o.time_to_recover; }},
    {"refusals", "refusals", 9, 0,
     [](const Outcome& o) { return static_cast<double>(o.refusals); }},
    {"refusals_when_healthy", "healthy", 8, 0,
     [](const Outcome& o) { return static_cast<double>(o.refusals_when_healthy); }},
    {"needless_refusals", "needless", 9, 0,
     [](const Outcome& o) { return static_cast<double>(o.needless_refusals); }},
    {"fairness", "fair", 6, 2, [](const Outcome& o) { return o.fairness; }},
}};

std::string Padded(const std::string& text, int width) {
  const auto size = static_cast<size_t>(width);
  return " " + std::string(text.size() < size ? size - text.size() : 0, ' ') + text;
}

std::string Rounded(double value, int decimals) {
  char text[48];
  std::snprintf(text, sizeof(text), "%.*f", decimals, value);
  return text;
}

}  // namespace

Row Simulate(const Scenario& scenario, const std::string& controller) {
  const auto judge = MakeJudge(controller, scenario);
  if (judge == nullptr) throw std::invalid_argument("no controller \"" + controller + "\"");
  return {controller, Plant(scenario, *judge).Run()};
}

Row BestFixed(const Scenario& scenario) {
  constexpr std::array<int, 12> kPercent = {4, 8, 12, 16, 20, 25, 32, 40, 50, 64, 80, 95};
  std::vector<Row> rows;
  size_t best = 0;
  for (const int percent : kPercent) {
    const auto limit = std::max<int64_t>(1, scenario.slots * percent / 100);
    rows.push_back(Simulate(scenario, "fixed:" + std::to_string(limit)));
    if (rows.back().outcome.goodput_ratio() > rows[best].outcome.goodput_ratio())
      best = rows.size() - 1;
  }
  rows[best].controller = "best " + rows[best].controller;
  return std::move(rows[best]);
}

std::string RowsAsText(const std::vector<Row>& rows) {
  constexpr size_t kNameWidth = 16;
  std::string out = std::string("controller") + std::string(kNameWidth - 10, ' ');
  for (const Column& column : kColumns) out += Padded(column.heading, column.width);
  out += "\n";
  for (const Row& row : rows) {
    std::string name = row.controller;
    name.resize(std::max(kNameWidth, name.size()), ' ');
    out += name;
    for (const Column& column : kColumns)
      out += Padded(Rounded(column.value(row.outcome), column.decimals), column.width);
    out += "\n";
  }
  return out;
}

std::string RowsAsJson(const std::string& scenario, const std::vector<Row>& rows) {
  Json controllers = Json::object();
  for (const Row& row : rows) {
    Json& figures = controllers[row.controller];
    for (const Column& column : kColumns)
      figures[column.name] = JsonFigure(column.value(row.outcome));
    figures["messages"] = row.outcome.messages();
  }
  return JsonLine({{"scenario", scenario}, {"controllers", controllers}}) + "\n";
}

}  // namespace spillway::sim
