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

const std::string kIndent(22, ' ');  // behind the time of a line

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

std::string Format(const char* format, double value) {
  char text[48];
  std::snprintf(text, sizeof(text), format, value);
  return text;
}

std::string Duration(double seconds) {
  if (seconds < 120) return Format("%.0f s", seconds);
  return Format("%.0f min", seconds / 60);
}

// "95 of 100 SMTP processes busy, 93 of them in the filter". Old journals do not have the numbers.
std::string Slots(const Json& line) {
  if (JsonNumber(line, "slots") == 0)
    return "half of the SMTP slots are taken and messages are slow";
  return Format("%.0f", JsonNumber(line, "sessions")) + " of " +
         Format("%.0f", JsonNumber(line, "slots")) + " SMTP processes busy, " +
         Format("%.0f", JsonNumber(line, "in_filter")) + " of them in the filter";
}

// Why, in words.
std::string Reason(const Json& line) {
  const std::string cause = JsonWord(line, "cause");
  std::string out;
  if (cause == "slots") out = Slots(line);
  // In old journals.
  if (cause == "load") out = "more mail than the filter can check in time";
  if (cause == "required") out = "required checks are late, messages would be deferred anyway";
  if (cause == "stalled") out = "the filter finishes nothing";
  if (cause == "slow") out = "messages are slow";
  if (cause == "late") out = "checks are late";
  const std::string check = JsonWord(line, "check");
  if (!check.empty())
    out += "; " + check + " takes " + Format("%.2f s", JsonNumber(line, "check_seconds"));
  const std::string host = JsonWord(line, "waits_for");
  if (!host.empty()) out += ", waiting for " + host;
  const double queue = JsonNumber(line, "queue_share");
  if (!out.empty())
    out += queue > 0.3 ? Format("; %.0f%% of it in the filter's own queue", queue * 100)
                       : std::string("; not the filter's own queue");
  return out;
}

std::string Describe(const Json& line) {
  const std::string event = JsonWord(line, "event");
  std::string out = JsonWord(line, "at") + "  ";
  if (!JsonWord(line, "text").empty()) return out + event + ": " + JsonWord(line, "text") + "\n";
  if (line.contains("now")) out += "Now: ";
  if (event == "shedding")
    out += "Refusing new connections (limit " + Format("%.0f", JsonNumber(line, "limit")) + "): ";
  else if (event == "degraded")
    out += "Degraded, nobody is refused: ";
  else if (event == "recovering")
    out += "All is well again; the limit rises step by step. ";
  else
    out += "Over. ";
  out += event == "healthy" || event == "recovering" ? "" : Reason(line);
  out += "\n" + kIndent + "processing " + Format("%.2f s", JsonNumber(line, "mean_seconds")) +
         " (peak " + Format("%.2f s", JsonNumber(line, "peak_mean_seconds")) + "), " +
         Format("%.0f sessions", JsonNumber(line, "sessions")) + ", refused " +
         Format("%.0f", JsonNumber(line, "refused")) + " of " +
         Format("%.0f", JsonNumber(line, "asked")) + " (cannot retry " +
         Format("%.0f", JsonNumber(line, "refused_cannot_retry")) + "), came back " +
         Format("%.0f", JsonNumber(line, "came_back")) + "\n";
  return out;
}

// What only the incident of now has.
std::string Outlook(const Json& line) {
  if (!line.contains("now")) return "";
  const double drain = JsonNumber(line, "drain_seconds");
  const std::string largest = JsonWord(line, "largest");
  std::string out;
  if (JsonNumber(line, "refused") > 0)
    out = drain > 0 ? "those who were refused are served in about " + Duration(drain)
                    : "nobody knows yet when those who were refused are served";
  if (!largest.empty()) out += (out.empty() ? "refused most: " : "; refused most: ") + largest;
  return out.empty() ? out : kIndent + out + "\n";
}

std::string List(const std::vector<Json>& lines) {
  std::string out;
  std::string last;
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string id = JsonWord(lines[i], "incident");
    if (id.empty() || id == last) continue;
    last = id;
    const auto same = [&id](const Json& line) { return JsonWord(line, "incident") == id; };
    const auto end = std::find_if(lines.rbegin(), lines.rend(), same);
    const bool over = JsonWord(*end, "event") == "healthy";
    out += id + "  " + JsonWord(lines[i], "at") + "  " + Duration(JsonNumber(*end, "seconds")) +
           (over ? "" : " so far") + ", " + JsonWord(lines[i], "cause") + ", peak " +
           Format("%.2f s", JsonNumber(*end, "peak_mean_seconds")) + ", refused " +
           Format("%.0f", JsonNumber(*end, "refused")) + "\n";
  }
  return out.empty() ? "no incidents\n" : out;
}

}  // namespace

std::string IncidentsAsText(std::string_view journal, const std::string& id) {
  const std::vector<Json> lines = Parse(journal);
  if (id.empty()) return List(lines);
  std::string out;
  for (const Json& line : lines) {
    if (JsonWord(line, "incident") == id) out += Describe(line) + Outlook(line);
  }
  return out.empty() ? "no incident " + id + "\n" : "Incident " + id + "\n" + out;
}

}  // namespace spillway
