// SPDX-License-Identifier: BSD-2-Clause
// Looser than RFC 2045: mail readers are, too.
#include "milter/inspect/file_names.h"

#include <algorithm>
#include <map>

#include "milter/inspect/inspection.h"
#include "milter/inspect/percent.h"
#include "milter/mail/encoded_words.h"
#include "milter/mail/header.h"

namespace spillway {

namespace {

void AddName(std::string name, std::vector<std::string>& names) {
  name.resize(std::min(name.size(), InspectionLimits::kNameSize));
  if (name.empty() || names.size() >= InspectionLimits::kNames) return;
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

// "charset'language'text" of RFC 2231 section 4.
std::string_view WithoutCharset(std::string_view text) {
  const size_t first = text.find('\'');
  const size_t second = first == std::string_view::npos ? first : text.find('\'', first + 1);
  return second == std::string_view::npos ? text : text.substr(second + 1);
}

// Takes the value at the front of `rest`: up to the quote that ends it, or to the next ';'.
std::string TakeValue(std::string_view& rest) {
  std::string value;
  size_t at = rest.find_first_not_of(" \t\r\n");
  if (at != std::string_view::npos && rest[at] == '"') {
    for (++at; at < rest.size() && rest[at] != '"'; ++at) {
      if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
      value += rest[at];
    }
    rest.remove_prefix(std::min(rest.size(), at + 1));
    return value;
  }
  const size_t end = std::min(rest.find(';'), rest.size());
  value = Trim(rest.substr(0, end));
  rest.remove_prefix(end);
  return value;
}

// An attribute as "filename", "name*", "filename*1*".
bool IsFileName(std::string_view attribute) {
  const std::string base = ToLower(attribute.substr(0, attribute.find('*')));
  return base == "name" || base == "filename";
}

}  // namespace

void AddFileNames(std::string_view field_value, std::vector<std::string>& names) {
  std::map<std::string, std::string> pieces;  // of RFC 2231 section 3, by the attribute's base
  std::string_view rest = field_value;
  while (true) {
    const size_t start = rest.find_first_not_of("; \t\r\n");
    if (start == std::string_view::npos) break;
    rest.remove_prefix(start);
    const size_t end = rest.find_first_of("=;");
    if (end == std::string_view::npos) break;
    const std::string_view attribute = Trim(rest.substr(0, end));
    const bool has_value = rest[end] == '=';
    rest.remove_prefix(end + 1);
    if (!has_value) continue;
    const std::string value = TakeValue(rest);
    if (!IsFileName(attribute)) continue;
    const size_t star = attribute.find('*');
    if (star == std::string_view::npos) {
      AddName(ReadableValue(value), names);
      AddName(value, names);
    } else {
      std::string& whole = pieces[ToLower(attribute.substr(0, star))];
      const bool first = whole.empty() && attribute.ends_with('*');
      whole += WithoutPercents(first ? WithoutCharset(value) : value);
    }
  }
  for (auto& [base, whole] : pieces) AddName(std::move(whole), names);
}

void AddUuencodedNames(std::string_view text, std::vector<std::string>& names) {
  constexpr std::string_view kBegin = "begin ";
  for (size_t at = 0; (at = text.find(kBegin, at)) != std::string_view::npos; ++at) {
    if (at > 0 && text[at - 1] != '\n') continue;
    const std::string_view line = text.substr(at, text.find('\n', at) - at);
    const size_t mode = line.find_first_not_of("01234567", kBegin.size());
    const bool has_mode = mode == kBegin.size() + 3 || mode == kBegin.size() + 4;
    if (has_mode && line[mode] == ' ') AddName(std::string(Trim(line.substr(mode))), names);
  }
}

}  // namespace spillway
