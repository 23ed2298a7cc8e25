// SPDX-License-Identifier: BSD-2-Clause
// Writing JSON (RFC 8259): enough for flat objects.
#pragma once

#include <string>
#include <string_view>

namespace spillway {

// With quotes; control characters are escaped, octets above 0x7e become "?".
std::string JsonString(std::string_view text);
// At most three decimals; what is no number becomes 0.
std::string JsonNumber(double value);

// Builds one object, member by member.
class JsonObject {
 public:
  JsonObject& Add(std::string_view name, std::string_view value) {
    return Raw(name, JsonString(value));
  }
  JsonObject& Add(std::string_view name, const char* value) { return Raw(name, JsonString(value)); }
  JsonObject& Add(std::string_view name, double value) { return Raw(name, JsonNumber(value)); }
  // `value` is JSON already.
  JsonObject& Raw(std::string_view name, std::string_view value);
  std::string Done() const { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

}  // namespace spillway
