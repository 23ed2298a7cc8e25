// SPDX-License-Identifier: BSD-2-Clause
// Parsing of listener addresses.
#include "milter/base/endpoint.h"

#include <charconv>

namespace spillway {

namespace {

template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

bool ParseHostPort(std::string_view text, Endpoint& endpoint) {
  std::string_view host;
  std::string_view port;
  if (const size_t at = text.find('@'); at != std::string_view::npos) {
    port = text.substr(0, at);
    host = text.substr(at + 1);
  } else if (const size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  } else {
    port = text;
  }
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  const auto number = ParseNumber<uint16_t>(port);
  if (!number || *number == 0) return false;
  endpoint.host = host;
  endpoint.port = *number;
  if (endpoint.host.find(':') != std::string::npos) endpoint.kind = Endpoint::Kind::kInet6;
  return true;
}

bool ParsePath(std::string_view path, Endpoint& endpoint) {
  constexpr size_t kSunPathLimit = 107;
  if (path.empty() || path.front() != '/' || path.size() > kSunPathLimit) return false;
  endpoint.kind = Endpoint::Kind::kUnix;
  endpoint.path = path;
  return true;
}

bool ParseFd(std::string_view text, Endpoint& endpoint) {
  const auto number = ParseNumber<int>(text);
  if (!number || *number < 0) return false;
  endpoint.kind = Endpoint::Kind::kFd;
  endpoint.fd = *number;
  return true;
}

}  // namespace

std::optional<Endpoint> Endpoint::Parse(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = text.substr(0, colon);
  const std::string_view rest = text.substr(colon + 1);
  Endpoint endpoint;
  bool ok = false;
  if (scheme == "unix" || scheme == "local") {
    ok = ParsePath(rest, endpoint);
  } else if (scheme == "fd") {
    ok = ParseFd(rest, endpoint);
  } else if (scheme == "inet" || scheme == "inet6") {
    endpoint.kind = scheme == "inet" ? Kind::kInet : Kind::kInet6;
    ok = ParseHostPort(rest, endpoint);
  }
  if (!ok) return std::nullopt;
  return endpoint;
}

std::string Endpoint::ToMilterSpec() const {
  switch (kind) {
    case Kind::kUnix:
      return "unix:" + path;
    case Kind::kFd:
      return "fd:" + std::to_string(fd);
    case Kind::kInet:
    case Kind::kInet6:
      break;
  }
  const std::string scheme = kind == Kind::kInet ? "inet:" : "inet6:";
  return scheme + std::to_string(port) + (host.empty() ? "" : "@" + host);
}

}  // namespace spillway
