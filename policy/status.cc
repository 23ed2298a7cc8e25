// SPDX-License-Identifier: BSD-2-Clause
// Numbers are written without units; the names say them (_ms, _seconds, _share).
#include "policy/status.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace spillway {

namespace {

constexpr int64_t kSilentAfter = 2'000'000'000;  // eight missed heartbeats

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.3f", value);
  return text;
}

std::string Number(uint64_t value) {
  return std::to_string(value);
}

double Ratio(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

void AddWindow(const WindowSummary& window, StatusLines& lines) {
  lines.emplace_back("window_seconds", Number(static_cast<uint64_t>(Window::kLength.count())));
  lines.emplace_back("messages", Number(window.messages));
  lines.emplace_back("messages_per_second", Number(window.per_second));
  lines.emplace_back("processing_p50_ms", Number(window.p50));
  lines.emplace_back("processing_p95_ms", Number(window.p95));
  lines.emplace_back("processing_p99_ms", Number(window.p99));
  lines.emplace_back("queue_wait_p95_ms", Number(window.queue_wait_p95));
  lines.emplace_back("late_share", Number(window.late_share));
  lines.emplace_back("in_flight", Number(window.in_flight));
  lines.emplace_back("oldest_in_flight_ms", Number(window.oldest));
}

void AddCounters(const CounterValues& c, StatusLines& lines) {
  lines.emplace_back("sessions", Number(c.sessions));
  lines.emplace_back("messages_total", Number(c.messages));
  lines.emplace_back("late_total", Number(c.late_messages));
  lines.emplace_back("tempfailed_total", Number(c.tempfailed));
  lines.emplace_back("unscanned_total", Number(c.unscanned));
  lines.emplace_back("dns_cache_hit_share",
                     Number(Ratio(c.dns_hits, c.dns_hits + c.dns_joined + c.dns_asked)));
  lines.emplace_back("dns_asked_total", Number(c.dns_asked));
  lines.emplace_back("dns_timeouts_total", Number(c.dns_timeouts));
  lines.emplace_back("dns_failures_total", Number(c.dns_failures));
  lines.emplace_back("dns_limited_total", Number(c.dns_limited));
  lines.emplace_back("telemetry_dropped_total", Number(c.records_dropped));
}

void AddFilter(const TelemetryReader& reader, const WindowSummary& window, TimePoint now,
               StatusLines& lines) {
  const telemetry::Preamble& preamble = reader.preamble();
  const int64_t silence = reader.Silence(now);
  lines.emplace_back("filter", silence > kSilentAfter ? "silent" : "running");
  if (silence > kSilentAfter)
    lines.emplace_back("silent_seconds", Number(static_cast<double>(silence) / 1e9));
  lines.emplace_back("pid", std::to_string(preamble.pid));
  lines.emplace_back("generation", Number(preamble.generation));
  lines.emplace_back("uptime_seconds",
                     Number(static_cast<double>(Nanoseconds(now) - preamble.started) / 1e9));
  lines.emplace_back("budget_ms", Number(static_cast<double>(preamble.budget_ns) / 1e6));
  AddWindow(window, lines);
  for (size_t i = 0; i < preamble.check_count && i < telemetry::kMaxChecks; ++i) {
    lines.emplace_back("check_" + std::string(preamble.check_names[i].data()) + "_p95_ms",
                       Number(window.check_p95[i]));
  }
  AddCounters(reader.Counters(), lines);
}

}  // namespace

StatusLines MakeStatus(const TelemetryReader& reader, const WindowSummary& window,
                       const PolicyCounts& policy, TimePoint now) {
  StatusLines lines;
  if (reader.mapped()) {
    AddFilter(reader, window, now, lines);
  } else {
    lines.emplace_back("filter", "absent");
    lines.emplace_back("filter_error", reader.error());
  }
  lines.emplace_back("policy_connections", Number(policy.connections));
  lines.emplace_back("policy_requests_total", Number(policy.requests));
  lines.emplace_back("policy_malformed_total", Number(policy.malformed));
  return lines;
}

void AddAdmission(const Gate& gate, TimePoint now, StatusLines& lines) {
  const ControlState& state = gate.controller().state();
  constexpr std::array<const char*, 3> kOrders = {"auto", "open", "hold"};
  lines.emplace_back("admission", RegimeName(state.regime));
  lines.emplace_back("admission_cause", CauseName(state.cause));
  lines.emplace_back("admission_since_seconds", Number(InSeconds(now - state.since)));
  lines.emplace_back("admission_order", kOrders[static_cast<size_t>(gate.order().mode)]);
  if (gate.order().mode != OverrideMode::kAuto)
    lines.emplace_back("admission_order_left_seconds", Number(InSeconds(gate.order().until - now)));
  lines.emplace_back("admission_limit", Number(gate.limited() ? gate.limit() : 0.0));
  lines.emplace_back("admission_slots", Number(gate.slots()));
  lines.emplace_back("mean_ms", Number(state.mean * 1000));
  lines.emplace_back("target_ms", Number(state.target * 1000));
  lines.emplace_back("no_load_ms", Number(gate.controller().learned().no_load * 1000));
  lines.emplace_back("deferred_share", Number(state.deferred_share));
  lines.emplace_back("asked_total", Number(gate.counts().asked));
  lines.emplace_back("refused_total", Number(gate.counts().refused));
  for (size_t i = 0; i < gate.counts().refused_by_tier.size(); ++i)
    lines.emplace_back("refused_t" + std::to_string(i) + "_total",
                       Number(gate.counts().refused_by_tier[i]));
  lines.emplace_back("came_back_total", Number(gate.counts().came_back));
}

std::string EncodeStatus(const StatusLines& lines) {
  std::string out;
  for (const auto& [name, value] : lines) out.append(name).append("=").append(value).append("\n");
  return out;
}

StatusLines DecodeStatus(std::string_view text) {
  StatusLines lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    lines.emplace_back(line.substr(0, equals), line.substr(equals + 1));
  }
  return lines;
}

}  // namespace spillway
