// SPDX-License-Identifier: BSD-2-Clause
#include "conf/validators.h"

#include <grp.h>

#include <algorithm>
#include <array>

#include "conf/dns_list.h"
#include "conf/signing_table.h"
#include "milter/base/endpoint.h"
#include "milter/base/ip.h"

namespace spillway {

namespace {

constexpr std::string_view kGood;

// An IPv4 address for "inet:", an IPv6 one for "inet6:".
bool AddressFits(const Endpoint& endpoint) {
  const auto address = Ip::Parse(endpoint.host);
  return address && address->is_v4() == (endpoint.kind == Endpoint::Kind::kInet);
}

}  // namespace

std::string_view ValidEndpoint(std::string_view value) {
  return Endpoint::Parse(value)
             ? kGood
             : "expected \"unix:/path\", \"inet:port@host\", \"inet6:port@host\" or \"fd:number\"";
}

std::string_view ValidAskPolicy(std::string_view value) {
  const auto endpoint = Endpoint::Parse(value);
  const bool good =
      value.empty() ||
      (endpoint && (endpoint->kind == Endpoint::Kind::kUnix || AddressFits(*endpoint)));
  return good ? kGood : "expected \"unix:/path\", \"inet:port@address\" or \"inet6:port@address\"";
}

std::string_view ValidScanServer(std::string_view value) {
  return value.empty() ? "expected \"unix:/path\" or \"inet:port@address\"" : ValidAskPolicy(value);
}

std::string_view ValidFilterAbsent(std::string_view value) {
  return value == "dunno" || value == "defer" ? kGood : "expected \"dunno\" or \"defer\"";
}

std::string_view ValidMode(std::string_view value) {
  const bool octal = value.find_first_not_of("01234567") == std::string_view::npos;
  return octal && (value.size() == 3 || (value.size() == 4 && value[0] == '0'))
             ? kGood
             : "expected an octal mode such as \"0660\"";
}

std::string_view ValidGroup(std::string_view value) {
  if (value.empty()) return kGood;
  std::array<char, 16384> buffer;
  group entry{};
  group* found = nullptr;
  getgrnam_r(std::string(value).c_str(), &entry, buffer.data(), buffer.size(), &found);
  return found != nullptr ? kGood : "expected the name of an existing group";
}

std::string_view ValidCidr(std::string_view value) {
  return Cidr::Parse(value) ? kGood : "expected an address or network such as \"192.0.2.0/24\"";
}

std::string_view ValidDnsServer(std::string_view value) {
  if (Ip::Parse(value)) return kGood;
  const auto endpoint = Endpoint::Parse("inet:" + std::string(value));
  return endpoint && Ip::Parse(endpoint->host)
             ? kGood
             : "expected \"address\", \"address:port\" or \"[v6 address]:port\"";
}

std::string_view ValidHostName(std::string_view value) {
  const bool token = std::all_of(value.begin(), value.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_';
  });
  return token ? kGood : "expected a host name (letters, digits, dots, hyphens)";
}

std::string_view ValidPath(std::string_view value) {
  return !value.empty() && value.front() == '/' ? kGood : "expected an absolute path";
}

std::string_view ValidAction(std::string_view value) {
  return value == "none" || value == "quarantine" || value == "reject"
             ? kGood
             : "expected \"none\", \"quarantine\" or \"reject\"";
}

std::string_view ValidDmarcAction(std::string_view value) {
  return value == "mark" || ValidAction(value).empty()
             ? kGood
             : "expected \"none\", \"mark\", \"quarantine\" or \"reject\"";
}

std::string_view ValidUnclearAction(std::string_view value) {
  return value == "on_reject" || ValidDmarcAction(value).empty()
             ? kGood
             : "expected \"on_reject\", \"none\", \"mark\", \"quarantine\" or \"reject\"";
}

std::string_view ValidContentAction(std::string_view value) {
  return value == "tempfail" || ValidAction(value).empty()
             ? kGood
             : "expected \"none\", \"quarantine\", \"tempfail\" or \"reject\"";
}

std::string_view ValidOnTimeout(std::string_view value) {
  return value == "accept" || value == "tempfail" || value == "tempfail-external"
             ? kGood
             : "expected \"accept\", \"tempfail\" or \"tempfail-external\"";
}

std::string_view ValidDomain(std::string_view value) {
  return value.empty() || IsDomain(value) ? kGood : "expected a domain in ASCII (A-labels)";
}

std::string_view ValidSelector(std::string_view value) {
  return value.empty() || IsSelector(value) ? kGood : "expected a selector such as \"s2026\"";
}

std::string_view ValidPathOrNone(std::string_view value) {
  return value.empty() ? kGood : ValidPath(value);
}

std::string_view ValidDnsList(std::string_view value) {
  return DnsList::Parse(value)
             ? kGood
             : "expected \"zone\", \"zone*weight\" or \"zone=127.0.0.[2..11]*weight\"";
}

std::string_view ValidClass(std::string_view value) {
  return value == "external" || value == "internal" || value == "authenticated"
             ? kGood
             : "expected \"external\", \"internal\" or \"authenticated\"";
}

std::string_view ValidExtension(std::string_view value) {
  const bool good = std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  return good && !value.empty() ? kGood : "expected the end of a name, such as \"exe\"";
}

std::string_view ValidMediaType(std::string_view value) {
  const size_t slash = value.find('/');
  const std::string_view top = value.substr(0, slash);
  const std::string_view sub = slash == std::string_view::npos ? "" : value.substr(slash + 1);
  const auto token = [](std::string_view text) {  // RFC 6838 section 4.2
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
             std::string_view("!#$&-^_.+").find(c) != std::string_view::npos;
    });
  };
  return token(top) && (sub == "*" || token(sub))
             ? kGood
             : "expected a media type, such as \"application/x-dosexec\" or \"video/*\"";
}

std::string_view ValidForm(std::string_view value) {
  const size_t slash = value.find('/');
  const auto good = [](std::string_view form) { return form == "simple" || form == "relaxed"; };
  return slash != std::string_view::npos && good(value.substr(0, slash)) &&
                 good(value.substr(slash + 1))
             ? kGood
             : "expected \"relaxed/relaxed\", \"relaxed/simple\", \"simple/relaxed\" or "
               "\"simple/simple\"";
}

std::string_view ValidTarget(std::string_view value) {
  return value == "syslog" || value == "stderr" || value == "journal"
             ? kGood
             : "expected \"syslog\", \"stderr\" or \"journal\"";
}

std::string_view ValidFacility(std::string_view value) {
  const bool local =
      value.size() == 6 && value.starts_with("local") && value[5] >= '0' && value[5] <= '7';
  return local || value == "mail" || value == "daemon" || value == "user"
             ? kGood
             : "expected \"mail\", \"daemon\", \"user\" or \"local0\" to \"local7\"";
}

std::string_view ValidLevel(std::string_view value) {
  return value == "error" || value == "warning" || value == "info" || value == "debug"
             ? kGood
             : "expected \"error\", \"warning\", \"info\" or \"debug\"";
}

}  // namespace spillway
