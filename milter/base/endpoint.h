// SPDX-License-Identifier: BSD-2-Clause
// Where a daemon listens, in the forms that milter and Postfix administrators write:
//   unix:/path  local:/path  inet:port@host  inet6:port@host  inet:host:port  inet:[v6]:port  fd:N
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spillway {

struct Endpoint {
  enum class Kind : uint8_t { kUnix, kInet, kInet6, kFd };
  Kind kind = Kind::kUnix;
  std::string path;  // kUnix: absolute
  std::string host;  // kInet, kInet6: a name or address; empty means every address
  uint16_t port = 0;
  int fd = -1;

  // nullopt when `text` is none of the forms above.
  static std::optional<Endpoint> Parse(std::string_view text);
  // libmilter's form (smfi_setconn).
  std::string ToMilterSpec() const;
};

}  // namespace spillway
