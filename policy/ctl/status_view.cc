// SPDX-License-Identifier: BSD-2-Clause
// Two renderings of the same lines.
#include "policy/ctl/status_view.h"

#include <cstdio>
#include <cstdlib>
#include <map>

#include "milter/base/json.h"

namespace spillway {

namespace {

class View {
 public:
  explicit View(const StatusLines& lines) : values_(lines.begin(), lines.end()) {}

  std::string Get(const std::string& name) const {
    const auto it = values_.find(name);
    return it == values_.end() ? "-" : it->second;
  }
  std::string Percent(const std::string& name) const {
    char text[32];
    std::snprintf(text, sizeof(text), "%.1f%%", std::strtod(Get(name).c_str(), nullptr) * 100);
    return text;
  }
  std::string Short(const std::string& name) const {
    char text[32];
    std::snprintf(text, sizeof(text), "%.1f", std::strtod(Get(name).c_str(), nullptr));
    return text;
  }

 private:
  const std::map<std::string, std::string> values_;
};

bool IsNumber(const std::string& text) {
  const bool digits = text.find_first_not_of("0123456789.") == std::string::npos;
  return digits && !text.empty() && text.front() != '.' && text.back() != '.' &&
         text.find('.') == text.rfind('.');
}

// The labels of the metric "PREFIX*SUFFIX".
std::vector<std::string> Labels(const StatusLines& lines, std::string_view prefix,
                                std::string_view suffix) {
  std::vector<std::string> out;
  for (const auto& [name, value] : lines) {
    if (name.starts_with(prefix) && name.ends_with(suffix))
      out.push_back(name.substr(prefix.size(), name.size() - prefix.size() - suffix.size()));
  }
  return out;
}

std::string Checks(const StatusLines& lines) {
  const View view(lines);
  std::string out;
  for (const std::string& check : Labels(lines, "check_", "_p95_ms"))
    out +=
        (out.empty() ? "" : ", ") + check + " " + view.Short("check_" + check + "_p95_ms") + " ms";
  return out;
}

std::string ScannerLines(const StatusLines& lines) {
  const View view(lines);
  std::string out;
  for (const std::string& server : Labels(lines, "server_", "_limit")) {
    const std::string name = "server_" + server;
    out += "scanner     " + server + ": " + view.Get(name + "_in_flight") + " of " +
           view.Get(name + "_limit") + " at a time, " + view.Get(name + "_owed") + " owed, " +
           view.Get(name + "_waiting") + " waiting, late " + view.Percent(name + "_late_share");
    out += view.Get(name + "_asked") == "no" ? ", not asked\n" : "\n";
  }
  return out;
}

std::string BudgetLine(const View& view) {
  if (view.Short("effective_budget_ms") == view.Short("budget_ms")) return "";
  return "budget      " + view.Short("effective_budget_ms") + " of " + view.Short("budget_ms") +
         " ms for checks whose lateness is accepted\n";
}

std::string AdmissionLines(const View& view) {
  std::string out = "admission   " + view.Get("admission");
  if (view.Get("admission") != "healthy") out += " (" + view.Get("admission_cause") + ")";
  out +=
      " for " + view.Short("admission_since_seconds") + " s, order " + view.Get("admission_order");
  if (view.Get("admission_limit") != "0.000")
    out += ", limit " + view.Short("admission_limit") + " of " + view.Short("admission_slots") +
           " slots";
  out += "; mean " + view.Short("mean_ms") + " ms, target " + view.Short("target_ms") + " ms\n";
  out += "refused     " + view.Get("refused_total") + " of " + view.Get("asked_total") +
         " (cannot retry " + view.Get("refused_t0_total") + ", submission " +
         view.Get("refused_t1_total") + ", known " + view.Get("refused_t2_total") + ", unknown " +
         view.Get("refused_t3_total") + "), came back " + view.Get("came_back_total") + "\n";
  if (!view.Get("incident").empty() && view.Get("incident") != "-")
    out += "incident    " + view.Get("incident") + "\n";
  return out;
}

}  // namespace

std::string StatusAsText(const StatusLines& lines) {
  const View view(lines);
  std::string out = "filter      " + view.Get("filter");
  if (view.Get("filter_state") != "-") out += " (probe: " + view.Get("filter_state") + ")";
  if (view.Get("filter") == "absent") {
    out += " (" + view.Get("filter_error") + ")\n";
  } else {
    out += ", pid " + view.Get("pid") + ", up " + view.Short("uptime_seconds") + " s, generation " +
           view.Get("generation") + ", budget " + view.Short("budget_ms") + " ms\n";
    out += "rate        " + view.Short("messages_per_second") + " messages/s (" +
           view.Get("messages") + " in the last " + view.Get("window_seconds") + " s, " +
           view.Get("messages_total") + " in all)\n";
    out += "processing  p50 " + view.Short("processing_p50_ms") + " ms, p95 " +
           view.Short("processing_p95_ms") + " ms, p99 " + view.Short("processing_p99_ms") +
           " ms; queue wait p95 " + view.Short("queue_wait_p95_ms") + " ms\n";
    out += "checks p95  " + Checks(lines) + "\n";
    out += ScannerLines(lines);
    if (view.Get("effective_budget_ms") != "-") out += BudgetLine(view);
    out += "in flight   " + view.Get("in_flight") + ", oldest " +
           view.Short("oldest_in_flight_ms") + " ms; " + view.Get("sessions") +
           " MTA connections\n";
    out += "late        " + view.Percent("late_share") + " of messages (" + view.Get("late_total") +
           " in all), " + view.Get("tempfailed_total") + " tempfailed, " +
           view.Get("unscanned_total") + " unscanned\n";
    out += "DNS         cache hits " + view.Percent("dns_cache_hit_share") + ", asked " +
           view.Get("dns_asked_total") + ", timeouts " + view.Get("dns_timeouts_total") +
           ", failures " + view.Get("dns_failures_total") + ", refused by caps " +
           view.Get("dns_limited_total") + "\n";
  }
  if (view.Get("admission") != "-") out += AdmissionLines(view);
  out += "policy      " + view.Get("policy_requests_total") + " requests, " +
         view.Get("policy_connections") + " connections, " + view.Get("policy_malformed_total") +
         " malformed\n";
  return out;
}

std::string StatusAsJson(const StatusLines& lines) {
  Json out = Json::object();
  for (const auto& [name, value] : lines)
    out[name] = IsNumber(value) ? JsonFigure(std::strtod(value.c_str(), nullptr)) : Json(value);
  return JsonLine(out) + "\n";
}

}  // namespace spillway
