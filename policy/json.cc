// SPDX-License-Identifier: BSD-2-Clause
// Only what RFC 8259 section 7 asks to be escaped is.
#include "policy/json.h"

#include <cmath>
#include <cstdio>

namespace spillway {

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof(escaped), "\\u%04x", byte);
      out += escaped;
    } else {
      out += byte > 0x7e ? '?' : c;
    }
  }
  return out + '"';
}

std::string JsonNumber(double value) {
  if (!std::isfinite(value)) return "0";
  char text[48];
  std::snprintf(text, sizeof(text), value == std::floor(value) ? "%.0f" : "%.3f", value);
  return text;
}

JsonObject& JsonObject::Raw(std::string_view name, std::string_view value) {
  if (text_.size() > 1) text_ += ", ";
  text_ += JsonString(name) + ": " + std::string(value);
  return *this;
}

}  // namespace spillway
