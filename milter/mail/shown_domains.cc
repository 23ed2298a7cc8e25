// SPDX-License-Identifier: BSD-2-Clause
#include "milter/mail/shown_domains.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "milter/base/contains.h"
#include "milter/mail/encoded_words.h"
#include "milter/mail/idna.h"

namespace spillway {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";
// U+FF20 and U+FE6B look like one.
constexpr std::array<std::string_view, 3> kAts = {"@", "\xef\xbc\xa0", "\xef\xb9\xab"};

bool IsAscii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

bool MayBeInDomain(char c) {
  return !IsAscii(c) || std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ||
         c == '.';
}

// Each "@" and its like as an ASCII "@".
std::string WithPlainAts(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto at = std::find_if(kAts.begin(), kAts.end(),
                                 [&](std::string_view each) { return text.starts_with(each); });
    out += at == kAts.end() ? text.front() : '@';
    text.remove_prefix(at == kAts.end() ? 1 : at->size());
  }
  return out;
}

// Comments that end are gone; so are blanks beside a dot or an "@".
std::string WithoutComments(std::string_view text) {
  std::string out;
  std::vector<size_t> open;  // where in `out` a comment begins
  for (const char c : text) {
    if (c == ')' && !open.empty()) {
      out.resize(open.back());
      open.pop_back();
      continue;
    }
    if (c == '(') open.push_back(out.size());
    out += c;
  }
  return out;
}

std::string WithoutBlanksAtDots(std::string_view text) {
  std::string out;
  bool behind = false;  // a dot or an "@"
  for (const char c : text) {
    const bool blank = kBlanks.find(c) != std::string_view::npos;
    if (blank && behind) continue;
    behind = c == '.' || c == '@';
    if (behind) out.erase(out.find_last_not_of(kBlanks) + 1);
    out += c;
  }
  return out;
}

// Behind an "@". Quotes of typographers may stick to it.
std::optional<std::string> DomainAt(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(), MayBeInDomain);
  std::string_view run = text.substr(0, static_cast<size_t>(end - text.begin()));
  while (run.ends_with('.')) run.remove_suffix(1);
  if (auto domain = AsciiDomain(run)) return domain;
  const auto foreign = std::find_if_not(run.begin(), run.end(), IsAscii);
  return AsciiDomain(run.substr(0, static_cast<size_t>(foreign - run.begin())));
}

bool HasLocalPart(std::string_view before) {
  const size_t last = before.find_last_not_of(kBlanks);
  return last != std::string_view::npos &&
         std::string_view("<,:;@").find(before[last]) == std::string_view::npos;
}

void AddDomains(std::string_view text, std::vector<std::string>& domains) {
  for (size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    if (!HasLocalPart(text.substr(0, at))) continue;
    const size_t start = text.find_first_not_of(kBlanks, at + 1);
    const auto domain =
        start == std::string_view::npos ? std::nullopt : DomainAt(text.substr(start));
    if (domain && !Contains(domains, *domain)) domains.push_back(*domain);
  }
}

}  // namespace

std::optional<std::vector<std::string>> ShownDomains(std::string_view value, size_t most) {
  constexpr int kMaxAts = 200;
  std::vector<std::string> domains;
  for (const std::string& text : {WithPlainAts(value), WithPlainAts(ReadableValue(value))}) {
    if (std::count(text.begin(), text.end(), '@') > kMaxAts) return std::nullopt;
    AddDomains(text, domains);
    AddDomains(WithoutBlanksAtDots(WithoutComments(text)), domains);
    if (domains.size() > most) return std::nullopt;
  }
  return domains;
}

}  // namespace spillway
