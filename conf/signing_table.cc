// SPDX-License-Identifier: BSD-2-Clause
#include "conf/signing_table.h"

#include <algorithm>
#include <cctype>

#include "milter/base/ascii.h"
#include "milter/base/glob.h"

namespace spillway {

namespace {

struct Column {
  std::string_view text;
  size_t at = 0;  // from 1
};

std::vector<Column> Columns(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r";
  line = line.substr(0, line.find('#'));
  std::vector<Column> columns;
  size_t at = 0;
  while ((at = line.find_first_not_of(kBlank, at)) != std::string_view::npos) {
    const size_t end = std::min(line.find_first_of(kBlank, at), line.size());
    columns.push_back({line.substr(at, end - at), at + 1});
    at = end;
  }
  return columns;
}

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

// Labels of letters, digits, hyphens and underscores, `least` at least.
bool IsName(std::string_view text, size_t least) {
  size_t labels = 0;
  size_t length = 0;
  for (const char c : std::string(text) + ".") {
    const bool letter = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    if (c == '.' ? length == 0 || length > 63 : !letter) return false;
    labels += c == '.' ? 1 : 0;
    length = c == '.' ? 0 : length + 1;
  }
  return labels >= least && text.size() <= 253;
}

// Fills the row's first three members; returns what was expected, or an empty view.
std::string_view ReadWho(std::string_view who, const std::vector<NamedClass>& classes,
                         SigningRow& row) {
  row.who = who;
  const size_t colon = who.find(':');
  const std::string_view prefix = who.substr(0, colon == std::string_view::npos ? 0 : colon);
  const std::string_view rest = who.substr(colon == std::string_view::npos ? 0 : colon + 1);
  row.pattern = rest;
  if (prefix == "user" && !rest.empty()) {
    row.kind = SigningRow::Kind::kUser;
  } else if (prefix == "class" && rest != "external" && ValidClassIn(classes)(rest).empty()) {
    row.kind = SigningRow::Kind::kClass;
  } else if (colon == std::string_view::npos && who.find('@') == std::string_view::npos) {
    row.pattern = Lower(rest);
    if (!IsAscii(rest)) return "expected a domain in ASCII (A-labels)";
  } else {
    return "expected a domain such as \"*.example.org\", \"user:NAME\", \"class:internal\", "
           "\"class:authenticated\" or the class: of a [[class]]";
  }
  return {};
}

// Returns what is wrong and where in the line; a column of 0: nothing.
std::pair<size_t, std::string> ReadRow(const std::vector<Column>& columns,
                                       const std::vector<NamedClass>& classes, SigningRow& row) {
  if (columns.size() != 4)
    return {columns.back().at, std::to_string(columns.size()) +
                                   " columns, expected four: who, domain, selector, key file"};
  const auto wrong = [&](size_t column, std::string_view expected) {
    return std::pair(columns[column].at,
                     "\"" + std::string(columns[column].text) + "\", " + std::string(expected));
  };
  if (const std::string_view expected = ReadWho(columns[0].text, classes, row); !expected.empty())
    return wrong(0, expected);
  row.domain = Lower(columns[1].text);
  row.selector = columns[2].text;
  row.key_file = columns[3].text;
  if (!IsDomain(row.domain)) return wrong(1, "expected a domain in ASCII (A-labels)");
  if (!IsSelector(row.selector)) return wrong(2, "expected a selector such as \"s2026\"");
  if (!row.key_file.starts_with('/')) return wrong(3, "expected an absolute path");
  return {};
}

}  // namespace

bool IsDomain(std::string_view text) {
  return IsName(text, 2);
}

bool IsSelector(std::string_view text) {
  return IsName(text, 1);
}

bool SigningRow::Matches(std::string_view text) const {
  return MatchesGlob(pattern, text);
}

SigningTable ParseSigningTable(std::string_view text, const std::string& name,
                               const std::vector<NamedClass>& classes) {
  SigningTable table;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::vector<Column> columns = Columns(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (columns.empty()) continue;
    SigningRow row;
    row.place = name + ":" + std::to_string(number);
    const auto [at, wrong] = ReadRow(columns, classes, row);
    if (at == 0)
      table.rows.push_back(std::move(row));
    else
      table.errors.push_back(row.place + ":" + std::to_string(at) + ": " + wrong);
  }
  return table;
}

}  // namespace spillway
