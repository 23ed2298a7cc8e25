// SPDX-License-Identifier: BSD-2-Clause
// Text forms of durations and sizes, and the edit distance behind "did you mean".
#include "conf/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <numeric>
#include <vector>

namespace spillway {

namespace {

struct Unit {
  std::string_view name;
  int64_t factor;
};

// Largest first: the formatter takes the first that divides.
constexpr std::array<Unit, 5> kDurations = {
    {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}}};
constexpr std::array<Unit, 4> kSizes = {
    {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}};

template <typename Units>
std::optional<int64_t> ParseWithUnit(std::string_view text, const Units& units) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0) return std::nullopt;
  const std::string_view name = text.substr(static_cast<size_t>(end - text.data()));
  for (const Unit& unit : units) {
    if (name != unit.name) continue;
    if (value > std::numeric_limits<int64_t>::max() / unit.factor) return std::nullopt;
    return value * unit.factor;
  }
  return std::nullopt;
}

template <typename Units>
std::string FormatWithUnit(int64_t value, const Units& units) {
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.factor == 0) {
      return std::to_string(value / unit.factor) + std::string(unit.name);
    }
  }
  return "0" + std::string(units.back().name);
}

}  // namespace

std::optional<int64_t> ParseDuration(std::string_view text) {
  return ParseWithUnit(text, kDurations);
}
std::optional<int64_t> ParseSize(std::string_view text) {
  return ParseWithUnit(text, kSizes);
}
std::string FormatDuration(int64_t milliseconds) {
  return FormatWithUnit(milliseconds, kDurations);
}
std::string FormatSize(uint64_t bytes) {
  return FormatWithUnit(static_cast<int64_t>(bytes), kSizes);
}

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

}  // namespace spillway
