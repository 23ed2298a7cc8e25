// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/urls.h"

#include <arpa/inet.h>
#include <glib.h>

#include <algorithm>
#include <array>

#include "milter/inspect/inspection.h"
#include "milter/inspect/percent.h"
#include "milter/mail/header.h"
#include "milter/mail/idna.h"

namespace spillway {

namespace {

constexpr size_t kMaxAuthority = 8192;  // browsers take a user of any length

// An address in any form that inet_aton() reads, as browsers do: "0x7f.1", "2130706433".
std::string DottedAddress(const std::string& host) {
  in_addr address{};
  if (host.find_first_not_of("0123456789abcdefx.") != std::string::npos ||
      inet_aton(host.c_str(), &address) == 0)
    return {};
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, &address, text.data(), text.size());
  return text.data();
}

bool IsAscii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

std::string_view AsciiStart(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(), IsAscii);
  return text.substr(0, static_cast<size_t>(end - text.begin()));
}

std::string_view AsciiLabelsAtTheEnd(std::string_view text) {
  const auto foreign = std::find_if_not(text.rbegin(), text.rend(), IsAscii);
  if (foreign == text.rend()) return text;
  const auto ascii = static_cast<size_t>(foreign - text.rbegin());
  const size_t dot = text.find('.', text.size() - ascii);
  return dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
}

void AddHost(std::string host, std::vector<std::string>& hosts) {
  if (hosts.size() >= InspectionLimits::kHosts) return;
  host = ToLower(WithoutPercents(host));
  while (host.ends_with('.')) host.pop_back();
  std::string name = DottedAddress(host);
  if (name.empty()) name = AsciiDomain(host).value_or("");
  // Not a valid IDNA name: browsers may open it anyway, or other characters adjoin the name. Try
  // its ASCII labels at the end, then its ASCII start.
  if (name.empty()) name = AsciiDomain(AsciiLabelsAtTheEnd(host)).value_or("");
  if (name.empty()) name = AsciiDomain(AsciiStart(host)).value_or("");
  if (!name.empty() && std::find(hosts.begin(), hosts.end(), name) == hosts.end())
    hosts.push_back(std::move(name));
}

std::string_view UpTo(std::string_view text, std::string_view ends) {
  return text.substr(0, std::min(text.find_first_of(ends), kMaxAuthority));
}

// An authority of RFC 3986 section 3.2, in which browsers take nearly everything for the user.
void AddAuthority(std::string_view authority, std::vector<std::string>& hosts) {
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  AddHost(std::string(authority.substr(0, authority.find(':'))), hosts);
}

// May it stand in a host that somebody writes? Browsers take more than IDNA does.
bool IsOfHosts(gunichar sign) {
  if (g_unichar_isalnum(sign) != 0 || g_unichar_ismark(sign) != 0) return true;
  if (sign < 0x80)
    return std::string_view("-_.%:").find(static_cast<char>(sign)) != std::string_view::npos;
  const GUnicodeType type = g_unichar_type(sign);
  const bool dot = sign == 0x3002 || sign == 0xff0e || sign == 0xff61;
  return dot || type == G_UNICODE_FORMAT || type == G_UNICODE_OTHER_SYMBOL;
}

// How far a host goes that stands in a sentence: not over the marks that end or quote it.
size_t HostLength(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const auto room = static_cast<gssize>(text.size() - at);
    const gunichar sign = g_utf8_get_char_validated(text.data() + at, room);
    if (sign >= 0x110000 || !IsOfHosts(sign)) break;  // the first: not UTF-8
    at += static_cast<size_t>(g_unichar_to_utf8(sign, nullptr));
  }
  return at;
}

// `rest` begins behind the "//". Mail readers do not agree on where a URL in a sentence ends.
// Returns how many octets were looked at.
size_t AddFromText(std::string_view rest, std::vector<std::string>& hosts) {
  const std::string_view longest = UpTo(rest, "/?#\\ \t\r\n\"<>");
  if (const size_t at = longest.rfind('@'); at != std::string_view::npos)
    AddFromText(longest.substr(at + 1), hosts);
  if (const size_t length = HostLength(longest); length == longest.size() || longest[length] != '@')
    AddAuthority(longest.substr(0, length), hosts);
  return longest.size();
}

bool IsLetter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

bool EndsWithScheme(std::string_view text) {
  for (const std::string_view scheme : {"http", "https", "ftp"}) {
    if (text.size() < scheme.size()) continue;
    const size_t start = text.size() - scheme.size();
    if (EqualsNoCase(text.substr(start), scheme) && (start == 0 || !IsLetter(text[start - 1])))
      return true;
  }
  return false;
}

}  // namespace

bool AddHosts(std::string_view text, std::vector<std::string>& hosts) {
  constexpr std::string_view kMark = "://";
  // Octets to look at. What may be a host can begin within another ("-www.-www."), and would be
  // looked at again and again.
  size_t allowed = 2 * text.size() + 10 * kMaxAuthority;
  const auto add = [&](size_t from) {
    const size_t looked = AddFromText(text.substr(from), hosts);
    allowed -= std::min(allowed, looked);
  };
  for (size_t at = 0; allowed > 0 && (at = text.find(kMark, at)) != std::string_view::npos;
       at += kMark.size()) {
    if (EndsWithScheme(text.substr(0, at))) add(at + kMark.size());
  }
  for (size_t at = 0; allowed > 0 && at + 4 < text.size(); ++at) {
    const bool here = (text[at] | 0x20) == 'w' && EqualsNoCase(text.substr(at, 4), "www.");
    if (here &&
        (at == 0 || (!IsLetter(text[at - 1]) && text[at - 1] != '/' && text[at - 1] != '.')))
      add(at);
  }
  return allowed > 0;
}

void AddLinkHost(std::string_view link, std::vector<std::string>& hosts) {
  const auto start_of_link = std::find_if(
      link.begin(), link.end(), [](char c) { return static_cast<unsigned char>(c) > 0x20; });
  link.remove_prefix(static_cast<size_t>(start_of_link - link.begin()));
  std::string text(Trim(link.substr(0, 2 * kMaxAuthority)));
  std::erase_if(text, [](char c) { return c == '\t' || c == '\r' || c == '\n'; });
  std::replace(text.begin(), text.end(), '\\', '/');
  const size_t colon = text.find(':');
  const std::string scheme = ToLower(text.substr(0, colon));
  const bool web =
      colon != std::string::npos && (scheme == "http" || scheme == "https" || scheme == "ftp");
  if (!web && !text.starts_with("//")) return;
  // Browsers take any number of slashes.
  const size_t start = text.find_first_not_of('/', web ? colon + 1 : 0);
  if (start != std::string::npos)
    AddAuthority(UpTo(std::string_view(text).substr(start), "/?#"), hosts);
}

}  // namespace spillway
