// SPDX-License-Identifier: BSD-2-Clause
// JSON (RFC 8259) by nlohmann-json: the types of the house, and how figures and texts become JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace spillway {

// Members keep the order in which they were added.
using Json = nlohmann::ordered_json;

// At most three decimals, whole numbers without any; a value that is not finite becomes 0.
Json JsonFigure(double value);

// One line. Octets that are not UTF-8 become U+FFFD.
std::string JsonLine(const Json& value);

// A member of an object; "" or 0 where it is missing or of another type.
std::string JsonWord(const Json& object, const char* name);
double JsonNumber(const Json& object, const char* name);

}  // namespace spillway
