// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/authres_reader.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "milter/mail/encoded_words.h"
#include "milter/mail/header.h"

namespace spillway {

namespace {

constexpr size_t kMaxText = 64 << 10;
constexpr size_t kMaxResults = 100;
constexpr size_t kMaxProperties = 100;

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool IsControl(char c) {
  return (c >= 0 && c < ' ' && !IsSpace(c)) || c == 0x7f;
}

bool IsKeywordChar(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
}

// Lexical elements of a structured field (RFC 5322 section 3.2). Each Take moves on; nullopt and
// false are errors.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool AtEnd() const { return rest_.empty(); }
  bool At(char c) const { return !rest_.empty() && rest_.front() == c; }
  char Take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  bool Skip(char c) {
    if (!At(c)) return false;
    Take();
    return true;
  }

  // White space and comments. False: a comment has no end.
  bool SkipCfws() {
    while (!AtEnd()) {
      if (At('(')) {
        if (!SkipComment()) return false;
      } else if (IsSpace(rest_.front())) {
        Take();
      } else {
        break;
      }
    }
    return true;
  }

  // Comments nest, and may hold quoted pairs.
  bool SkipComment() {
    int depth = 0;
    while (!AtEnd()) {
      const char c = Take();
      if (c == '\\' && !AtEnd()) {
        Take();
      } else if (c == '(') {
        ++depth;
      } else if (c == ')' && --depth == 0) {
        return true;
      }
    }
    return false;
  }

  std::optional<std::string> TakeQuotedString() {
    std::string out;
    Take();
    while (!AtEnd()) {
      char c = Take();
      if (c == '"') return out;
      if (c == '\\' && !AtEnd()) c = Take();
      out += c;
    }
    return std::nullopt;
  }

  // In lower case; empty when there is none.
  std::string TakeKeyword() {
    std::string out;
    while (!AtEnd() && IsKeywordChar(rest_.front())) out += Take();
    return ToLower(out);
  }

  // To the next white space, comment or semicolon; parts of it may be quoted.
  std::optional<std::string> TakeValue() {
    std::string out;
    while (!AtEnd() && !IsSpace(rest_.front()) && !At(';') && !At('(')) {
      if (At('"')) {
        const auto quoted = TakeQuotedString();
        if (!quoted) return std::nullopt;
        out += *quoted;
      } else {
        if (IsControl(rest_.front()) || At(')')) return std::nullopt;
        out += Take();
      }
    }
    return out;
  }

 private:
  std::string_view rest_;
};

// Reads one field; what has been read stays when a step returns false.
class Reader {
 public:
  Reader(std::string_view text, ReadResults& out) : scan_(text), out_(out) {}

  // "i=N;"
  bool Instance() {
    if (!scan_.SkipCfws() || !scan_.Skip('i') || !scan_.SkipCfws() || !scan_.Skip('=') ||
        !scan_.SkipCfws())
      return false;
    const std::string digits = scan_.TakeKeyword();
    if (digits.find_first_not_of("0123456789") != std::string::npos || !scan_.SkipCfws() ||
        !scan_.Skip(';'))
      return false;
    out_.instance = digits;
    return true;
  }

  bool Payload() {
    if (!scan_.SkipCfws()) return false;
    const auto id = scan_.TakeValue();
    if (!id || id->empty() || !scan_.SkipCfws()) return false;
    out_.authserv_id = *id;
    const std::string version = scan_.TakeKeyword();
    if (version.find_first_not_of("0123456789") != std::string::npos) return false;
    while (scan_.SkipCfws()) {
      if (scan_.AtEnd()) return true;
      if (!scan_.Skip(';') || !Result()) return false;
    }
    return false;
  }

 private:
  // A name and its "="; empty: neither. "header . from =", "dkim / 1 =".
  std::optional<std::string> Name(char separator) {
    std::string name = scan_.TakeKeyword();
    if (name.empty() || !scan_.SkipCfws()) return std::nullopt;
    if (scan_.Skip(separator)) {
      if (!scan_.SkipCfws()) return std::nullopt;
      const std::string second = scan_.TakeKeyword();
      if (second.empty() || !scan_.SkipCfws()) return std::nullopt;
      if (separator == '.') name += "." + second;
    }
    return name;
  }

  bool Result() {
    if (!scan_.SkipCfws()) return false;
    if (scan_.AtEnd() || scan_.At(';')) return true;  // behind a final semicolon
    const auto method = Name('/');
    if (!method) return false;
    if (!scan_.Skip('=')) return *method == "none";
    if (out_.results.size() == kMaxResults || !scan_.SkipCfws()) return false;
    const auto word = scan_.TakeValue();
    if (!word || word->empty()) return false;
    out_.results.push_back({.method = *method, .result = *word});
    return Properties(out_.results.back());
  }

  bool Properties(ReadResult& result) {
    while (scan_.SkipCfws()) {
      if (scan_.AtEnd() || scan_.At(';')) return true;
      const auto name = Name('.');
      if (!name || !scan_.Skip('=') || !scan_.SkipCfws()) return false;
      const auto value = scan_.TakeValue();
      if (!value || result.properties.size() == kMaxProperties) return false;
      if (*name == "reason")
        result.reason = *value;
      else
        result.properties.emplace_back(*name, *value);
    }
    return false;
  }

  Scanner scan_;
  ReadResults& out_;
};

// What a sloppy reader may take a comment, quotes and odd octets for.
struct Sloppiness {
  std::string_view comment;  // what a comment becomes
  bool quotes;               // are quoted strings unquoted?
};

// The text before the first semicolon. An unterminated comment or quoted string must hide nothing:
// the text then stays as it is.
std::string Head(std::string_view text, Sloppiness sloppy) {
  std::string out;
  Scanner scan(text);
  while (!scan.AtEnd() && !scan.At(';')) {
    if (scan.At('(')) {
      if (!scan.SkipComment()) return std::string(text.substr(0, text.find(';')));
      out += sloppy.comment;
    } else if (scan.At('"') && sloppy.quotes) {
      const auto quoted = scan.TakeQuotedString();
      if (!quoted) return std::string(text.substr(0, text.find(';')));
      out += *quoted;
    } else {
      out += scan.Take();
    }
  }
  return out;
}

bool IsBlank(char c) {
  return c >= 0 && c <= ' ';
}

// Without quotes, backslashes and control characters, and without white space around dots. VT, FF
// and their like are white space for some readers.
std::string Squeezed(std::string_view text, bool controls_are_blanks) {
  std::string out;
  bool blank = false;
  for (const char c : text) {
    if (c == '"' || c == '\\') continue;
    if (IsControl(c) && !controls_are_blanks) continue;
    if (IsBlank(c) || IsControl(c)) {
      blank = true;
      continue;
    }
    if (blank && c != '.' && !out.ends_with('.')) out += ' ';
    blank = false;
    out += c;
  }
  return out;
}

bool NamesId(std::string_view word, std::string_view id) {
  while (!word.empty() && word.back() == '.') word.remove_suffix(1);
  return EqualsNoCase(word, id);
}

bool AnyWordNamesId(std::string_view text, std::string_view id) {
  const auto separates = [](char c) {
    return IsBlank(c) || IsControl(c) ||
           std::string_view("\"';,=<>()[]\\/").find(c) != std::string_view::npos;
  };
  auto at = text.begin();
  while (at != text.end()) {
    const auto start = std::find_if_not(at, text.end(), separates);
    at = std::find_if(start, text.end(), separates);
    if (NamesId({start, at}, id)) return true;
  }
  return false;
}

// All that readers may see in front of the first semicolon.
std::vector<std::string> Heads(std::string_view text) {
  const std::string joined = Head(text, {.comment = "", .quotes = true});
  return {Head(text, {.comment = " ", .quotes = true}),
          Head(text, {.comment = " ", .quotes = false}), Squeezed(joined, true),
          Squeezed(joined, false)};
}

}  // namespace

std::string ReadResult::Property(std::string_view name) const {
  for (const auto& [each, value] : properties) {
    if (each == name) return value;
  }
  return {};
}

const ReadResult* ReadResults::First(std::string_view method) const {
  const auto found = std::find_if(results.begin(), results.end(),
                                  [&](const ReadResult& one) { return one.method == method; });
  return found == results.end() ? nullptr : &*found;
}

ReadResults ReadAuthenticationResults(std::string_view value) {
  ReadResults out;
  out.whole = value.size() <= kMaxText && Reader(value, out).Payload();
  return out;
}

ReadResults ReadArcResults(std::string_view value) {
  ReadResults out;
  Reader reader(value, out);
  out.whole = value.size() <= kMaxText && reader.Instance() && reader.Payload();
  return out;
}

bool ClaimsAuthservId(std::string_view value, const std::vector<std::string>& ids) {
  std::vector<std::string> heads = Heads(value);
  // Some readers decode encoded words in every field.
  if (value.find("=?") != std::string_view::npos) {
    for (std::string& head : Heads(ReadableValue(value))) heads.push_back(std::move(head));
  }
  return std::any_of(heads.begin(), heads.end(), [&](const std::string& head) {
    return std::any_of(ids.begin(), ids.end(),
                       [&](const std::string& id) { return AnyWordNamesId(head, id); });
  });
}

std::optional<std::string> StrangersAuthor(std::string_view value, std::string_view authserv_id) {
  const ReadResults read = ReadAuthenticationResults(value);
  const ReadResult* dmarc = read.First("dmarc");
  const bool strangers =
      dmarc != nullptr || read.First("spf") != nullptr || read.First("iprev") != nullptr;
  if (!read.whole || !NamesId(read.authserv_id, authserv_id) || !strangers) return std::nullopt;
  return dmarc == nullptr ? std::string() : ToLower(dmarc->Property("header.from"));
}

}  // namespace spillway
