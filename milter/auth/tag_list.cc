// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/tag_list.h"

#include <algorithm>
#include <cctype>

#include "milter/mail/header.h"

namespace spillway {

namespace {

bool IsTagName(std::string_view name) {
  const auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace

std::optional<TagList> ParseTagList(std::string_view text) {
  TagList tags;
  while (true) {
    const size_t end = std::min(text.find(';'), text.size());
    const std::string_view part = text.substr(0, end);
    const size_t equals = part.find('=');
    // Only behind the last semicolon there may be nothing.
    if (Trim(part).empty() && end == text.size() && !tags.empty()) return tags;
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view name = Trim(part.substr(0, equals));
    if (!IsTagName(name) || !tags.emplace(name, Trim(part.substr(equals + 1))).second)
      return std::nullopt;
    if (end == text.size()) return tags;
    text.remove_prefix(end + 1);
  }
}

std::string WithoutSignature(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t end = std::min(text.find(';'), text.size());
    const std::string_view part = text.substr(0, end);
    const size_t equals = part.find('=');
    const bool signature = equals != std::string_view::npos && Trim(part.substr(0, equals)) == "b";
    out += signature ? part.substr(0, equals + 1) : part;
    if (end < text.size()) out += ';';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string WithoutWhiteSpace(std::string_view text) {
  std::string out(text);
  std::erase_if(out, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  return out;
}

}  // namespace spillway
