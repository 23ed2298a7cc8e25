// SPDX-License-Identifier: BSD-2-Clause
// The table of metrics: a figure is added here, and nowhere else.
#include <algorithm>
#include <array>

#include "policy/serve/metrics.h"

namespace spillway {

namespace {

using telemetry::Counter;
using Samples = std::vector<MetricSample>;
using enum MetricType;
using enum MetricSource;

constexpr double kSilentAfter = 2;  // seconds; eight missed heartbeats

Samples Text(std::string_view value) {
  return {{{}, std::string(value)}};
}
Samples Count(uint64_t value) {
  return {{{}, value}};
}
Samples Figure(double value) {
  return {{{}, value}};
}

template <Counter kCounter>
Samples Total(const Observed& o) {
  return Count(o.reader.Value(kCounter));
}

template <double MinuteSummary::*kFigure>
Samples OfMinute(const Observed& o) {
  return Figure(o.minute.*kFigure);
}

template <uint64_t MinuteSummary::*kCount>
Samples CountOfMinute(const Observed& o) {
  return Count(o.minute.*kCount);
}

double SilentSeconds(const Observed& o) {
  return static_cast<double>(o.reader.Silence(o.now)) / 1e9;
}

Samples FilterWord(const Observed& o) {
  if (!o.reader.mapped()) return Text("absent");
  return Text(SilentSeconds(o) > kSilentAfter ? "silent" : "running");
}

Samples CheckTimes(const Observed& o) {
  const telemetry::Preamble& preamble = o.reader.preamble();
  Samples out;
  for (size_t i = 0; i < std::min<size_t>(preamble.check_count, telemetry::kMaxChecks); ++i)
    out.push_back({preamble.check_names[i].data(), o.minute.check_p95[i]});
  return out;
}

// Labelled "CHECK@ADDRESS".
template <typename Read>
Samples OfEachServer(const Observed& o, Read read) {
  Samples out;
  for (const auto& [check, server] : o.reader.Servers())
    out.push_back({check + "@" + server.name, read(server)});
  return out;
}

template <auto kFigure>
Samples OfServers(const Observed& o) {
  using Value = std::conditional_t<std::is_same_v<decltype(kFigure), double ServerFigures::*>,
                                   double, uint64_t>;
  return OfEachServer(o, [](const ServerFigures& server) { return Value{server.*kFigure}; });
}

Samples CacheHits(const Observed& o) {
  const uint64_t hits = o.reader.Value(Counter::kDnsHits);
  const uint64_t all =
      hits + o.reader.Value(Counter::kDnsJoined) + o.reader.Value(Counter::kDnsAsked);
  return Figure(Share(static_cast<double>(hits), static_cast<double>(all)));
}

Samples Order(const Observed& o) {
  constexpr std::array<std::string_view, 3> kOrders = {"auto", "open", "hold"};
  return Text(kOrders[static_cast<size_t>(o.shedder.order().mode)]);
}

Samples OrderLeft(const Observed& o) {
  if (o.shedder.order().mode == OverrideMode::kAuto) return {};
  return Figure(InSeconds(o.shedder.order().until - o.now));
}

Samples RefusedByTier(const Observed& o) {
  Samples out;
  for (size_t i = 0; i < o.shedder.counts().refused_by_tier.size(); ++i)
    out.push_back({"t" + std::to_string(i), o.shedder.counts().refused_by_tier[i]});
  return out;
}

const LimiterState& State(const Observed& o) {
  return o.shedder.limiter().state();
}

constexpr Metric kTable[] = {
    {"filter", kText, "", kPolicyd, "running, silent (no heartbeat for 2 s) or absent", FilterWord},
    {"filter_error", kText, "", kPolicyd, "why the telemetry of the filter cannot be read",
     [](const Observed& o) { return o.reader.mapped() ? Samples() : Text(o.reader.error()); }},
    {"silent_seconds", kGauge, "s", kTelemetry, "since the last heartbeat of a silent filter",
     [](const Observed& o) {
       return SilentSeconds(o) > kSilentAfter ? Figure(SilentSeconds(o)) : Samples();
     }},
    {"pid", kText, "", kTelemetry, "process of the filter",
     [](const Observed& o) { return Text(std::to_string(o.reader.preamble().pid)); }},
    {"generation", kCounter, "", kTelemetry, "starts of the filter",
     [](const Observed& o) { return Count(o.reader.preamble().generation); }},
    {"uptime_seconds", kGauge, "s", kTelemetry, "since the start of the filter",
     [](const Observed& o) {
       return Figure(static_cast<double>(Nanoseconds(o.now) - o.reader.preamble().started) / 1e9);
     }},
    {"budget_ms", kGauge, "ms", kTelemetry, "[budget] per_message",
     [](const Observed& o) {
       return Figure(static_cast<double>(o.reader.preamble().budget_ns) / 1e6);
     }},
    {"effective_budget_ms", kGauge, "ms", kLaw,
     "what messages may wait for checks whose lateness is accepted",
     [](const Observed& o) { return Figure(o.shedder.budget().value() * 1000); }},
    {"brownout_share", kGauge, "share", kLaw,
     "of the checks of [budget] drop_first, those that messages go without",
     [](const Observed& o) { return Figure(o.shedder.brownout().share()); }},
    {"dialogue_ms", kGauge, "ms", kLaw, "mean SMTP dialogue of a message, without the filter",
     [](const Observed& o) { return Figure(o.shedder.budget().dialogue() * 1000); }},
    {"server_*_limit", kGauge, "", kTelemetry,
     "requests that a scanner's server gets at a time, as learned",
     OfServers<&ServerFigures::limit>},
    {"server_*_in_flight", kGauge, "", kTelemetry, "requests that the server has now",
     OfServers<&ServerFigures::in_flight>},
    {"server_*_owed", kGauge, "", kTelemetry,
     "abandoned requests on which the server probably still works",
     OfServers<&ServerFigures::owed>},
    {"server_*_waiting", kGauge, "", kTelemetry,
     "messages that wait for a place at any server of the scanner",
     OfServers<&ServerFigures::waiting>},
    {"server_*_late_share", kGauge, "share", kTelemetry,
     "late or failed, of the last results of the server", OfServers<&ServerFigures::late_share>},
    {"server_*_asked", kText, "", kTelemetry,
     "yes, or no: it gets a probe, or a trial, until it is well",
     [](const Observed& o) {
       return OfEachServer(
           o, [](const ServerFigures& server) { return std::string(server.asked ? "yes" : "no"); });
     }},
    {"window_seconds", kGauge, "s", kLastMinute, "length of the window of the following figures",
     [](const Observed&) { return Count(uint64_t{LastMinute::kLength.count()}); }},
    {"messages", kGauge, "", kLastMinute, "messages that got a verdict",
     CountOfMinute<&MinuteSummary::messages>},
    {"messages_per_second", kGauge, "1/s", kLastMinute, "messages that got a verdict, a second",
     OfMinute<&MinuteSummary::per_second>},
    {"processing_p50_ms", kGauge, "ms", kLastMinute, "processing time of a message, median",
     OfMinute<&MinuteSummary::p50>},
    {"processing_p95_ms", kGauge, "ms", kLastMinute,
     "processing time of a message, 95th percentile", OfMinute<&MinuteSummary::p95>},
    {"processing_p99_ms", kGauge, "ms", kLastMinute,
     "processing time of a message, 99th percentile", OfMinute<&MinuteSummary::p99>},
    {"queue_wait_p95_ms", kGauge, "ms", kLastMinute,
     "wait for the CPU pool, a message, 95th percentile", OfMinute<&MinuteSummary::queue_wait_p95>},
    {"late_share", kGauge, "share", kLastMinute, "messages with a late check, of all",
     OfMinute<&MinuteSummary::late_share>},
    {"in_flight", kGauge, "", kLastMinute, "messages in the filter now",
     CountOfMinute<&MinuteSummary::in_flight>},
    {"oldest_in_flight_ms", kGauge, "ms", kLastMinute, "age of the oldest message in the filter",
     OfMinute<&MinuteSummary::oldest>},
    {"check_*_p95_ms", kGauge, "ms", kLastMinute,
     "time of one check for a message, 95th percentile", CheckTimes},
    {"sessions", kGauge, "", kTelemetry, "open connections of the MTA", Total<Counter::kSessions>},
    {"connections_total", kCounter, "", kTelemetry, "connections of the MTA",
     Total<Counter::kConnections>},
    {"messages_total", kCounter, "", kTelemetry, "messages that got a verdict",
     Total<Counter::kMessages>},
    {"late_total", kCounter, "", kTelemetry, "messages with a late check",
     Total<Counter::kLateMessages>},
    {"tempfailed_total", kCounter, "", kTelemetry, "messages tempfailed at their end",
     Total<Counter::kTempfailed>},
    {"reduced_total", kCounter, "", kTelemetry,
     "messages that went without a check of [budget] drop_first", Total<Counter::kReduced>},
    {"unscanned_total", kCounter, "", kTelemetry,
     "messages that a content check did not look at, or not at all of", Total<Counter::kUnscanned>},
    {"dns_cache_hit_share", kGauge, "share", kTelemetry, "DNS questions answered from the cache",
     CacheHits},
    {"dns_asked_total", kCounter, "", kTelemetry, "DNS questions that went to the network",
     Total<Counter::kDnsAsked>},
    {"dns_timeouts_total", kCounter, "", kTelemetry, "DNS questions without an answer in time",
     Total<Counter::kDnsTimeouts>},
    {"dns_failures_total", kCounter, "", kTelemetry, "DNS questions answered by a failure",
     Total<Counter::kDnsFailures>},
    {"dns_limited_total", kCounter, "", kTelemetry, "DNS questions not asked: too many in flight",
     Total<Counter::kDnsLimited>},
    {"telemetry_dropped_total", kCounter, "", kTelemetry, "records lost because nobody read them",
     Total<Counter::kRecordsDropped>},
    {"telemetry_slots_missed_total", kCounter, "", kTelemetry,
     "messages not shown as in flight: too many at once", Total<Counter::kSlotsMissed>},
    {"policy_connections", kGauge, "", kPolicyd, "open policy connections",
     [](const Observed& o) { return Count(o.policy.connections); }},
    {"policy_requests_total", kCounter, "", kPolicyd, "policy requests answered",
     [](const Observed& o) { return Count(o.policy.requests); }},
    {"policy_malformed_total", kCounter, "", kPolicyd,
     "policy connections closed for a malformed request",
     [](const Observed& o) { return Count(o.policy.malformed); }},
    {"admission", kText, "", kLaw, "healthy, degraded, shedding or recovering",
     [](const Observed& o) { return Text(RegimeName(State(o).regime)); }},
    {"admission_cause", kText, "", kLaw, "why it is not healthy",
     [](const Observed& o) { return Text(CauseName(State(o).cause)); }},
    {"admission_since_seconds", kGauge, "s", kLaw, "since the last change of admission",
     [](const Observed& o) { return Figure(InSeconds(o.now - State(o).since)); }},
    {"admission_order", kText, "", kLaw, "what spillwayctl shed ordered: auto, open or hold",
     Order},
    {"admission_order_left_seconds", kGauge, "s", kLaw, "until the order ends", OrderLeft},
    {"admission_limit", kGauge, "", kLaw, "sessions that may be in the filter; 0: no limit",
     [](const Observed& o) { return Figure(o.shedder.limited() ? o.shedder.limit() : 0.0); }},
    {"admission_slots", kGauge, "", kLaw, "SMTP server processes of the MTA",
     [](const Observed& o) { return Figure(o.shedder.slots().count()); }},
    {"mean_ms", kGauge, "ms", kLaw, "mean processing time, messages in flight counted at their age",
     [](const Observed& o) { return Figure(State(o).mean * 1000); }},
    {"target_ms", kGauge, "ms", kLaw, "what the mean may be",
     [](const Observed& o) { return Figure(State(o).target * 1000); }},
    {"no_load_ms", kGauge, "ms", kLaw, "mean processing time without load, as learned",
     [](const Observed& o) { return Figure(o.shedder.limiter().learned().no_load * 1000); }},
    {"deferred_share", kGauge, "share", kLaw, "messages tempfailed at their end, of all",
     [](const Observed& o) { return Figure(State(o).deferred_share); }},
    {"asked_total", kCounter, "", kLaw, "sessions and messages decided on",
     [](const Observed& o) { return Count(o.shedder.counts().asked); }},
    {"refused_total", kCounter, "", kLaw, "of which refused",
     [](const Observed& o) { return Count(o.shedder.counts().refused); }},
    {"refused_*_total", kCounter, "", kLaw, "refused, by tier: t0 cannot retry to t3 unknown",
     RefusedByTier},
    {"came_back_total", kCounter, "", kLaw, "admitted after at least one refusal",
     [](const Observed& o) { return Count(o.shedder.counts().came_back); }},
    {"filter_state", kText, "", kPolicyd, "what the probe says of the filter: fine, hung, ...",
     [](const Observed& o) { return Text(FilterStateName(o.filter_state)); }},
    {"probe_ms", kGauge, "ms", kPolicyd, "duration of the last probe",
     [](const Observed& o) { return Figure(o.probe_seconds * 1000); }},
    {"incident", kText, "", kPolicyd, "identifier of the incident under way",
     [](const Observed& o) { return Text(o.incident); }},
};

}  // namespace

std::span<const Metric> Metrics() {
  return kTable;
}

}  // namespace spillway
