// SPDX-License-Identifier: BSD-2-Clause
// Text operations on header fields; nothing here depends on the locale.
#include "milter/mail/header.h"

#include <algorithm>

namespace spillway {

namespace {

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool EqualsNoCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

std::string ToLower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), Lower);
  return out;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool IsAuthorField(std::string_view name) {
  return EqualsNoCase(Trim(name), "From");
}

std::string CanonicalLineBreaks(const HeaderField& field) {
  std::string out;
  out.reserve(field.name.size() + field.value.size() + 16);
  out += field.name;
  out += ':';
  char previous = ':';
  for (const char c : field.value) {
    if (c == '\n' && previous != '\r') out += '\r';
    out += c;
    previous = c;
  }
  return out;
}

}  // namespace spillway
