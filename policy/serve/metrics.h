// SPDX-License-Identifier: BSD-2-Clause
// Every figure that the policy daemon shows: one table (metrics_table.cc) of name, type, unit, help
// and source. spillwayctl status, its JSON and spillwayctl(8) are made from the table.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "milter/telemetry/reader.h"
#include "policy/law/shedder.h"
#include "policy/watch/filter_health.h"
#include "policy/watch/last_minute.h"

namespace spillway {

// Of the policy service itself.
struct PolicyCounts {
  uint64_t connections = 0;  // open now
  uint64_t requests = 0;
  uint64_t malformed = 0;  // connections closed for a bad request
};

// What the figures are read from.
struct Observed {
  const TelemetryReader& reader;  // not mapped: the filter is shown as absent
  MinuteSummary minute;
  PolicyCounts policy;
  const Shedder& shedder;
  FilterState filter_state = FilterState::kUnknown;
  double probe_seconds = 0;  // the last probe took
  std::string incident;      // identifier; empty: none
  TimePoint now;
};

enum class MetricType : uint8_t { kText, kGauge, kCounter };
// Where a figure comes from. What comes from the filter is left out while the filter is absent.
enum class MetricSource : uint8_t { kTelemetry, kLastMinute, kLaw, kPolicyd };

// One value, with its label where a metric has several (a check, a tier).
struct MetricSample {
  std::string label;
  std::variant<std::string, uint64_t, double> value;
};

struct Metric {
  // "*" stands for the label.
  std::string_view name;
  MetricType type;
  std::string_view unit;  // "ms", "s", "1/s", "share" (0 to 1); empty for counts and texts
  MetricSource source;
  std::string_view help;
  // Empty when there is nothing to say.
  std::vector<MetricSample> (*read)(const Observed&);
};
std::span<const Metric> Metrics();
std::string_view MetricTypeName(MetricType type);        // "text", "gauge", "counter"
std::string_view MetricSourceName(MetricSource source);  // "telemetry", "last minute", ...

// An ordered list of names and values, sent over the control socket as "name=value" lines.
using StatusLines = std::vector<std::pair<std::string, std::string>>;

StatusLines MakeStatus(const Observed& observed);
// With three decimals, as all figures that are no counts.
std::string FormatFigure(double value);

std::string EncodeStatus(const StatusLines& lines);
// Lines without "=" are left out.
StatusLines DecodeStatus(std::string_view text);

}  // namespace spillway
