// SPDX-License-Identifier: BSD-2-Clause
#include "milter/mail/eml.h"

#include <algorithm>

namespace spillway {

namespace {

// Without its end; `text` loses it.
std::string_view TakeLine(std::string_view& text) {
  const size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool IsField(std::string_view line) {
  const size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  return colon != std::string_view::npos && colon > 0 &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

Eml ParseEml(std::string_view text) {
  Eml out;
  if (text.starts_with("From ")) TakeLine(text);
  while (!text.empty()) {
    const std::string_view rest = text;
    const std::string_view line = TakeLine(text);
    if (line.empty()) break;
    const bool folded = line[0] == ' ' || line[0] == '\t';
    if (folded && !out.headers.empty()) {
      out.headers.back().value += "\n" + std::string(line);
    } else if (!folded && IsField(line)) {
      const size_t colon = line.find(':');
      out.headers.push_back(
          {std::string(line.substr(0, colon)), std::string(line.substr(colon + 1))});
    } else {
      text = rest;
      break;
    }
  }
  while (!text.empty()) out.body += std::string(TakeLine(text)) + "\r\n";
  return out;
}

}  // namespace spillway
