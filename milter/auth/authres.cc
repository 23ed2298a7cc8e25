// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/authres.h"

#include <glib.h>

#include <algorithm>

#include "milter/mail/header.h"

namespace spillway {

namespace {

constexpr size_t kMaxValue = 300;   // of one property or reason
constexpr size_t kLineLength = 68;  // of text behind the tab, so that lines stay under 78 columns
constexpr size_t kMaxResults = 50;  // in one field

// RFC 6532 section 3.2: UTF-8 may stand wherever a printable character may.
bool IsTokenChar(char c) {
  return c != ' ' && std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos;
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenChar);
}

// pvalue also allows [[local-part] "@"] domain-name without quotes.
bool IsPlainAddress(std::string_view text) {
  const size_t at = text.find('@');
  if (at == std::string_view::npos) return false;
  const std::string_view local = text.substr(0, at);
  return (local.empty() || IsToken(local)) && IsToken(text.substr(at + 1));
}

// The octets of the printable character at the start of `text`; 0: there is none.
size_t PrintableAt(std::string_view text) {
  if (text.front() >= 0) return text.front() >= ' ' && text.front() <= '~' ? 1 : 0;
  const gunichar sign = g_utf8_get_char_validated(text.data(), static_cast<gssize>(text.size()));
  const bool printable = sign < 0x110000 && g_unichar_iscntrl(sign) == 0;
  return printable ? static_cast<size_t>(g_unichar_to_utf8(sign, nullptr)) : 0;
}

std::string Printable(std::string_view text) {
  std::string out;
  while (!text.empty() && out.size() < kMaxValue) {
    const size_t octets = PrintableAt(text);
    out += octets == 0 ? "?" : text.substr(0, octets);
    text.remove_prefix(std::max<size_t>(octets, 1));
  }
  return out;
}

std::string Quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string FormatValue(std::string_view raw) {
  const std::string text = Printable(raw);
  return IsToken(text) || IsPlainAddress(text) ? text : Quote(text);
}

// One result, from the second column of a line of its own; folded where a line gets long.
std::string FormatResult(const MethodResult& result) {
  const bool late = result.state == State::kLate;
  std::string out =
      result.method + "=" + std::string(StateName(late ? State::kTemperror : result.state));
  const std::string reason = late ? "late: " + result.reason : result.reason;
  if (!reason.empty()) out += " reason=" + QuotedString(reason);
  size_t column = out.size();
  for (const Property& property : result.properties) {
    if (property.value.empty()) continue;
    const std::string text =
        property.type + "." + property.name + "=" + FormatValue(property.value);
    const bool fold = column + text.size() > kLineLength;
    out += (fold ? "\n\t " : " ") + text;
    column = text.size() + (fold ? 0 : column + 1);
  }
  return out;
}

}  // namespace

std::string QuotedString(std::string_view raw) {
  return Quote(Printable(raw));
}

std::string FieldValue(std::string text) {
  for (size_t i = 0; i < text.size(); ++i) {
    char& c = text[i];
    if (c == '\n') {
      const size_t next = text.find_first_not_of(" \t", i + 1);
      const bool goes_on = next != std::string::npos && next > i + 1 && text[next] != '\n';
      if (!goes_on) c = ' ';
    } else if ((c >= 0 && c < ' ' && c != '\t') || c == 0x7f) {
      c = '?';
    }
  }
  return text;
}

std::string FormatAuthenticationResults(std::string_view authserv_id,
                                        const std::vector<MethodResult>& results) {
  std::string out = FormatValue(authserv_id);
  size_t written = 0;
  for (const MethodResult& result : results) {
    if (result.state == State::kSkipped || written == kMaxResults) continue;
    out += ";\n\t" + FormatResult(result);
    ++written;
  }
  return written == 0 ? out + "; none" : out;
}

}  // namespace spillway
