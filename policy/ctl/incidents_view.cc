// SPDX-License-Identifier: BSD-2-Clause
// All lines of one incident carry its identifier.
#include "policy/ctl/incidents_view.h"

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <vector>

#include "milter/base/json.h"

namespace spillway {

namespace {

std::vector<Json> Parse(std::string_view journal) {
  std::vector<Json> lines;
  std::istringstream text{std::string(journal)};
  for (std::string one; std::getline(text, one);) {
    Json line = Json::parse(one, nullptr, false);
    // A crash may have cut the line short.
    if (line.is_object()) lines.push_back(std::move(line));
  }
  return lines;
}

std::string Word(const Json& line, const char* name) {
  const auto member = line.find(name);
  return member != line.end() && member->is_string() ? member->get<std::string>() : "";
}

double Figure(const Json& line, const char* name) {
  const auto member = line.find(name);
  return member != line.end() && member->is_number() ? member->get<double>() : 0;
}

std::string Format(const char* format, double value) {
  char text[48];
  std::snprintf(text, sizeof(text), format, value);
  return text;
}

std::string Duration(double seconds) {
  if (seconds < 120) return Format("%.0f s", seconds);
  return Format("%.0f min", seconds / 60);
}

// Why, in words.
std::string Reason(const Json& line) {
  const std::string cause = Word(line, "cause");
  std::string out;
  if (cause == "slots") out = "half of the SMTP slots are taken and messages are slow";
  if (cause == "load") out = "more mail than the filter can check in time";
  if (cause == "required") out = "required checks are late, messages would be deferred anyway";
  if (cause == "stalled") out = "the filter finishes nothing";
  if (cause == "slow") out = "messages are slow";
  if (cause == "late") out = "checks are late";
  const std::string check = Word(line, "check");
  if (!check.empty())
    out += "; " + check + " takes " + Format("%.2f s", Figure(line, "check_seconds"));
  const std::string host = Word(line, "waits_for");
  if (!host.empty()) out += ", waiting for " + host;
  const double queue = Figure(line, "queue_share");
  if (!out.empty())
    out += queue > 0.3 ? Format("; %.0f%% of it in the filter's own queue", queue * 100)
                       : std::string("; not the filter's own queue");
  return out;
}

std::string Describe(const Json& line) {
  const std::string event = Word(line, "event");
  std::string out = Word(line, "at") + "  ";
  if (!Word(line, "text").empty()) return out + event + ": " + Word(line, "text") + "\n";
  if (event == "shedding")
    out += "Refusing new connections (limit " + Format("%.0f", Figure(line, "limit")) + "): ";
  else if (event == "degraded")
    out += "Degraded, nobody is refused: ";
  else if (event == "recovering")
    out += "Nobody was refused for a minute; the limit stays in place. ";
  else
    out += "Over. ";
  out += event == "healthy" || event == "recovering" ? "" : Reason(line);
  out += "\n" + std::string(22, ' ') + "processing " +
         Format("%.2f s", Figure(line, "mean_seconds")) + " (peak " +
         Format("%.2f s", Figure(line, "peak_mean_seconds")) + "), " +
         Format("%.0f sessions", Figure(line, "sessions")) + ", refused " +
         Format("%.0f", Figure(line, "refused")) + " of " + Format("%.0f", Figure(line, "asked")) +
         " (cannot retry " + Format("%.0f", Figure(line, "refused_cannot_retry")) +
         "), came back " + Format("%.0f", Figure(line, "came_back")) + "\n";
  return out;
}

std::string List(const std::vector<Json>& lines) {
  std::string out;
  std::string last;
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string id = Word(lines[i], "incident");
    if (id.empty() || id == last) continue;
    last = id;
    const auto same = [&id](const Json& line) { return Word(line, "incident") == id; };
    const auto end = std::find_if(lines.rbegin(), lines.rend(), same);
    const bool over = Word(*end, "event") == "healthy";
    out += id + "  " + Word(lines[i], "at") + "  " + Duration(Figure(*end, "seconds")) +
           (over ? "" : " so far") + ", " + Word(lines[i], "cause") + ", peak " +
           Format("%.2f s", Figure(*end, "peak_mean_seconds")) + ", refused " +
           Format("%.0f", Figure(*end, "refused")) + "\n";
  }
  return out.empty() ? "no incidents\n" : out;
}

}  // namespace

std::string IncidentsAsText(std::string_view journal, const std::string& id) {
  const std::vector<Json> lines = Parse(journal);
  if (id.empty()) return List(lines);
  std::string out;
  for (const Json& line : lines) {
    if (Word(line, "incident") == id) out += Describe(line);
  }
  return out.empty() ? "no incident " + id + "\n" : "Incident " + id + "\n" + out;
}

}  // namespace spillway
