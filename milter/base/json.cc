// SPDX-License-Identifier: BSD-2-Clause
#include "milter/base/json.h"

#include <cmath>
#include <cstdint>

namespace spillway {

namespace {

constexpr double kThousandths = 1000;
constexpr double kLargestWhole = 1e15;  // beyond it a double does not tell neighbours apart

}  // namespace

Json JsonFigure(double value) {
  if (!std::isfinite(value)) return 0;
  const double rounded = std::round(value * kThousandths) / kThousandths;
  if (rounded == std::floor(rounded) && std::abs(rounded) < kLargestWhole)
    return static_cast<int64_t>(rounded);
  return rounded;
}

std::string JsonLine(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string JsonWord(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

double JsonNumber(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_number() ? member->get<double>() : 0;
}

}  // namespace spillway
