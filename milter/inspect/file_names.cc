// SPDX-License-Identifier: BSD-2-Clause
// Looser than RFC 2045: mail readers are, too.
#include "milter/inspect/file_names.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "milter/inspect/inspection.h"
#include "milter/inspect/part_text.h"
#include "milter/inspect/percent.h"
#include "milter/mail/encoded_words.h"
#include "milter/mail/header.h"

namespace spillway {

namespace {

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

// Calls with each attribute and its value, without quotes.
template <typename Call>
void ForParameters(std::string_view rest, Call call) {
  while (true) {
    const size_t start = rest.find_first_not_of("; \t\r\n");
    if (start == std::string_view::npos) return;
    rest.remove_prefix(start);
    const size_t end = rest.find_first_of("=;");
    if (end == std::string_view::npos) return;
    const std::string_view attribute = Trim(rest.substr(0, end));
    const bool has_value = rest[end] == '=';
    rest.remove_prefix(end + 1);
    if (has_value) call(attribute, TakeValue(rest));
  }
}

// An attribute as "filename", "name*", "filename*1*".
bool IsFileName(std::string_view attribute) {
  const std::string base = ToLower(attribute.substr(0, attribute.find('*')));
  return base == "name" || base == "filename";
}

// The pieces of one value (RFC 2231 section 3), in whatever order they come.
class Pieces {
 public:
  // `index`: "*", "*0", "*1*".
  void Add(std::string_view index, const std::string& text) {
    const bool encoded = index.size() > 1 ? index.ends_with('*') : true;
    size_t number = 0;
    std::from_chars(index.data() + 1, index.data() + index.size(), number);
    texts_.emplace(number, Piece{text, encoded});
  }

  // Adds the name as different readers assemble it: in the declared charset, without converting the
  // charset, and only up to the first missing piece.
  void AddNames(std::vector<std::string>& names) const {
    std::string charset;
    std::string whole;
    std::string before_gap;
    size_t next = 0;
    for (const auto& [number, piece] : texts_) {
      std::string_view text = piece.text;
      if (whole.empty() && piece.encoded) text = TakeCharset(text, charset);
      whole += piece.encoded ? WithoutPercents(text) : std::string(text);
      if (number == next++) before_gap = whole;
    }
    for (const std::string& name : {InCharset(whole, charset), whole, before_gap})
      AddFileName(ReadableValue(name), names);
  }

 private:
  struct Piece {
    std::string text;
    bool encoded = false;
  };

  // "charset'language'text" of RFC 2231 section 4.
  static std::string_view TakeCharset(std::string_view text, std::string& charset) {
    const size_t first = text.find('\'');
    const size_t second = first == std::string_view::npos ? first : text.find('\'', first + 1);
    if (second == std::string_view::npos) return text;
    charset = text.substr(0, first);
    return text.substr(second + 1);
  }
  static std::string InCharset(const std::string& text, const std::string& charset) {
    return charset.empty() ? text : InUtf8(text, charset).utf8;
  }

  std::multimap<size_t, Piece> texts_;
};

void AddParameters(std::string_view value, std::vector<std::string>& names) {
  std::map<std::string, Pieces> pieces;  // by the attribute's base
  ForParameters(value, [&](std::string_view attribute, const std::string& text) {
    if (!IsFileName(attribute)) return;
    const size_t star = attribute.find('*');
    if (star != std::string_view::npos)
      return pieces[ToLower(attribute.substr(0, star))].Add(attribute.substr(star), text);
    AddFileName(ReadableValue(text), names);
    AddFileName(text, names);
  });
  for (const auto& [base, each] : pieces) each.AddNames(names);
}

}  // namespace

void AddFileName(std::string name, std::vector<std::string>& names) {
  name.erase(0, name.size() - std::min(name.size(), InspectionLimits::kNameSize));
  if (name.empty() || names.size() >= InspectionLimits::kNames) return;
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

void AddFileNames(std::string_view field_name, std::string_view value,
                  std::vector<std::string>& names) {
  if (EqualsNoCase(field_name, "Content-Name") || EqualsNoCase(field_name, "X-Sun-Data-Name"))
    return AddFileName(ReadableValue(value), names);
  if (!EqualsNoCase(field_name, "Content-Type") && !EqualsNoCase(field_name, "Content-Disposition"))
    return;
  AddParameters(value, names);
  // Some end the type at a comma, too.
  std::string other(value);
  std::replace(other.begin(), other.end(), ',', ';');
  if (other != value) AddParameters(other, names);
}

}  // namespace spillway
