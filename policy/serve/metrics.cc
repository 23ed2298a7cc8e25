// SPDX-License-Identifier: BSD-2-Clause
// Numbers are written without units; the names say them (_ms, _seconds, _share).
#include "policy/serve/metrics.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace spillway {

namespace {

bool OfTheFilter(MetricSource source) {
  return source == MetricSource::kTelemetry || source == MetricSource::kLastMinute;
}

std::string FormatValue(const MetricSample& sample) {
  if (const auto* text = std::get_if<std::string>(&sample.value)) return *text;
  if (const auto* count = std::get_if<uint64_t>(&sample.value)) return std::to_string(*count);
  return FormatFigure(std::get<double>(sample.value));
}

std::string NameOf(const Metric& metric, const MetricSample& sample) {
  std::string name(metric.name);
  const size_t star = name.find('*');
  return star == std::string::npos ? name : name.replace(star, 1, sample.label);
}

}  // namespace

std::string_view MetricTypeName(MetricType type) {
  constexpr std::array<std::string_view, 3> kNames = {"text", "gauge", "counter"};
  return kNames[static_cast<size_t>(type)];
}

std::string_view MetricSourceName(MetricSource source) {
  constexpr std::array<std::string_view, 4> kNames = {"telemetry", "last minute", "admission law",
                                                      "policy daemon"};
  return kNames[static_cast<size_t>(source)];
}

std::string FormatFigure(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.3f", value);
  return text;
}

StatusLines MakeStatus(const Observed& observed) {
  StatusLines lines;
  for (const Metric& metric : Metrics()) {
    if (OfTheFilter(metric.source) && !observed.reader.mapped()) continue;
    for (const MetricSample& sample : metric.read(observed))
      lines.emplace_back(NameOf(metric, sample), FormatValue(sample));
  }
  return lines;
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
