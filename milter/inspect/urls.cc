// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/urls.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "milter/inspect/inspection.h"
#include "milter/inspect/percent.h"
#include "milter/mail/header.h"
#include "milter/mail/idna.h"

namespace spillway {

namespace {

constexpr size_t kMaxHost = 512;

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

void AddHost(std::string host, std::vector<std::string>& hosts) {
  if (hosts.size() >= InspectionLimits::kHosts) return;
  host = ToLower(WithoutPercents(host));
  while (host.ends_with('.')) host.pop_back();
  std::string name = DottedAddress(host);
  if (name.empty()) name = AsciiDomain(host).value_or("");
  if (!name.empty() && std::find(hosts.begin(), hosts.end(), name) == hosts.end())
    hosts.push_back(std::move(name));
}

// `rest` begins behind the "//".
void AddAuthority(std::string_view rest, std::vector<std::string>& hosts) {
  constexpr std::string_view kEnds = "/?#\\ \t\r\n\"'<>()[]{}|,;";
  std::string_view authority = rest.substr(0, std::min(rest.find_first_of(kEnds), kMaxHost));
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  AddHost(std::string(authority.substr(0, authority.find(':'))), hosts);
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

void AddHosts(std::string_view text, std::vector<std::string>& hosts) {
  constexpr std::string_view kMark = "://";
  for (size_t at = 0; (at = text.find(kMark, at)) != std::string_view::npos; at += kMark.size()) {
    if (EndsWithScheme(text.substr(0, at))) AddAuthority(text.substr(at + kMark.size()), hosts);
  }
  for (size_t at = 0; at + 4 < text.size(); ++at) {
    const bool here = (text[at] | 0x20) == 'w' && EqualsNoCase(text.substr(at, 4), "www.");
    if (here &&
        (at == 0 || (!IsLetter(text[at - 1]) && text[at - 1] != '/' && text[at - 1] != '.')))
      AddAuthority(text.substr(at), hosts);
  }
}

void AddLinkHost(std::string_view link, std::vector<std::string>& hosts) {
  std::string text(Trim(link.substr(0, 2 * kMaxHost)));
  std::erase_if(text, [](char c) { return c == '\t' || c == '\r' || c == '\n'; });
  std::replace(text.begin(), text.end(), '\\', '/');
  const size_t colon = text.find(':');
  const std::string scheme = ToLower(text.substr(0, colon));
  const bool web =
      colon != std::string::npos && (scheme == "http" || scheme == "https" || scheme == "ftp");
  if (!web && !text.starts_with("//")) return;
  // Browsers take any number of slashes.
  const size_t start = text.find_first_not_of('/', web ? colon + 1 : 0);
  if (start != std::string::npos) AddAuthority(std::string_view(text).substr(start), hosts);
}

}  // namespace spillway
