// SPDX-License-Identifier: BSD-2-Clause
// One scanner for both jobs: it hands out literals and macros, the checker judges them and the
// expander writes them.
#include "milter/auth/spf_macro.h"

#include <algorithm>
#include <vector>

#include "milter/mail/header.h"

namespace spillway {

namespace {

constexpr std::string_view kLetters = "slodiphv";
constexpr std::string_view kDelimiters = ".-+,/_=";

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsAlpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct Macro {
  char letter = 0;  // as written: upper case asks for URL escaping
  int keep = 0;     // rightmost parts to keep, 0 for all
  bool reverse = false;
  std::string delimiters;
};

struct Token {
  enum class Kind : uint8_t { kEnd, kBad, kLiteral, kMacro } kind = Kind::kEnd;
  char literal = 0;
  std::string_view text;  // what "%%", "%_" and "%-" stand for
  Macro macro;
};

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  Token Next() {
    if (rest_.empty()) return {};
    if (rest_[0] != '%') {
      Token token{.kind = Token::Kind::kLiteral, .literal = rest_[0], .text = rest_.substr(0, 1)};
      rest_.remove_prefix(1);
      return token;
    }
    if (rest_.size() < 2) return Bad();
    switch (rest_[1]) {
      case '%':
        return Escape("%");
      case '_':
        return Escape(" ");
      case '-':
        return Escape("%20");
      case '{':
        return ScanMacro();
      default:
        return Bad();
    }
  }

 private:
  static Token Bad() { return {.kind = Token::Kind::kBad}; }

  Token Escape(std::string_view text) {
    rest_.remove_prefix(2);
    return {.kind = Token::Kind::kLiteral, .literal = '%', .text = text};
  }

  Token ScanMacro() {
    const size_t close = rest_.find('}');
    if (close == std::string_view::npos) return Bad();
    std::string_view body = rest_.substr(2, close - 2);
    rest_.remove_prefix(close + 1);
    Token token{.kind = Token::Kind::kMacro};
    if (body.empty() || kLetters.find(ToLower(body.substr(0, 1))) == std::string_view::npos)
      return Bad();
    token.macro.letter = body[0];
    body.remove_prefix(1);
    if (!ScanTransformers(body, token.macro)) return Bad();
    if (body.find_first_not_of(kDelimiters) != std::string_view::npos) return Bad();
    token.macro.delimiters = body.empty() ? "." : std::string(body);
    return token;
  }

  static bool ScanTransformers(std::string_view& body, Macro& macro) {
    constexpr int kMany = 1000;  // more parts than any name has
    const bool digits = !body.empty() && IsDigit(body[0]);
    while (!body.empty() && IsDigit(body[0])) {
      macro.keep = std::min(macro.keep * 10 + (body[0] - '0'), kMany);
      body.remove_prefix(1);
    }
    if (digits && macro.keep == 0) return false;
    if (!body.empty() && (body[0] == 'r' || body[0] == 'R')) {
      macro.reverse = true;
      body.remove_prefix(1);
    }
    return true;
  }

  std::string_view rest_;
};

std::string UrlEscape(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (IsAlpha(c) || IsDigit(c) || std::string_view("-._~").find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

std::string Transform(std::string_view value, const Macro& macro) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = value.find_first_of(macro.delimiters);
    parts.push_back(value.substr(0, end));
    if (end == std::string_view::npos) break;
    value.remove_prefix(end + 1);
  }
  if (macro.reverse) std::reverse(parts.begin(), parts.end());
  const auto keep = static_cast<size_t>(macro.keep);
  const size_t first = keep != 0 && keep < parts.size() ? parts.size() - keep : 0;
  std::string out;
  for (size_t i = first; i < parts.size(); ++i) {
    if (i > first) out += '.';
    out += parts[i];
  }
  return out;
}

std::optional<std::string> ValueOf(char letter, const SpfMacroValues& values) {
  const size_t at = values.sender.rfind('@');
  switch (letter) {
    case 's':
      return values.sender;
    case 'l':
      return values.sender.substr(0, at);
    case 'o':
      return at == std::string::npos ? values.sender : values.sender.substr(at + 1);
    case 'd':
      return values.domain;
    case 'i':
      return values.client.DottedNibbles();
    case 'p':
      return values.validated_name();
    case 'h':
      return values.helo;
    default:
      return values.client.is_v4() ? "in-addr" : "ip6";
  }
}

bool IsTopLabel(std::string_view label) {
  const auto alnum = [](char c) { return IsAlpha(c) || IsDigit(c); };
  if (label.empty() || !alnum(label.front()) || !alnum(label.back())) return false;
  if (!std::all_of(label.begin(), label.end(), [&](char c) { return alnum(c) || c == '-'; }))
    return false;
  return !std::all_of(label.begin(), label.end(), IsDigit);
}

}  // namespace

bool IsMacroString(std::string_view text) {
  Scanner scanner(text);
  while (true) {
    const Token token = scanner.Next();
    if (token.kind == Token::Kind::kEnd) return true;
    if (token.kind == Token::Kind::kBad) return false;
    const bool literal = token.kind == Token::Kind::kLiteral;
    if (literal && (token.literal < '!' || token.literal > '~')) return false;
  }
}

bool UsesLocalPart(std::string_view text) {
  constexpr std::string_view kLocal = "sSlL";
  Scanner scanner(text);
  for (Token token = scanner.Next(); token.kind != Token::Kind::kEnd; token = scanner.Next()) {
    if (token.kind == Token::Kind::kMacro && kLocal.find(token.macro.letter) != kLocal.npos)
      return true;
  }
  return false;
}

bool IsDomainSpec(std::string_view text) {
  if (text.empty() || !IsMacroString(text)) return false;
  Scanner scanner(text);
  Token last;
  for (Token token = scanner.Next(); token.kind != Token::Kind::kEnd; token = scanner.Next())
    last = token;
  if (last.kind == Token::Kind::kMacro) return true;
  if (text.back() == '.') text.remove_suffix(1);
  const size_t dot = text.rfind('.');
  return dot != std::string_view::npos && IsTopLabel(text.substr(dot + 1));
}

std::optional<std::string> ExpandMacros(std::string_view text, const SpfMacroValues& values) {
  std::string out;
  Scanner scanner(text);
  while (true) {
    const Token token = scanner.Next();
    if (token.kind == Token::Kind::kEnd || token.kind == Token::Kind::kBad) return out;
    if (token.kind == Token::Kind::kLiteral) {
      out += token.text;
      continue;
    }
    const char letter = ToLower(std::string_view(&token.macro.letter, 1))[0];
    const auto value = ValueOf(letter, values);
    if (!value) return std::nullopt;
    const std::string part = Transform(*value, token.macro);
    out += letter == token.macro.letter ? part : UrlEscape(part);
  }
}

std::optional<std::string> ExpandDomain(std::string_view spec, const SpfMacroValues& values) {
  constexpr size_t kMaxName = 253;
  auto name = ExpandMacros(spec, values);
  if (!name) return std::nullopt;
  if (!name->empty() && name->back() == '.') name->pop_back();
  while (name->size() > kMaxName) {
    const size_t dot = name->find('.');
    if (dot == std::string::npos) break;
    name->erase(0, dot + 1);
  }
  return ToLower(*name);
}

}  // namespace spillway
