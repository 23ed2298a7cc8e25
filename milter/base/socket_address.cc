// SPDX-License-Identifier: BSD-2-Clause
#include "milter/base/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>

namespace spillway {

namespace {

template <typename Address>
SocketAddress Wrap(const Address& address) {
  SocketAddress out;
  std::memcpy(&out.storage, &address, sizeof(address));
  out.size = sizeof(address);
  return out;
}

}  // namespace

SocketAddress ConnectAddress(const Endpoint& endpoint) {
  if (endpoint.kind == Endpoint::Kind::kUnix) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    endpoint.path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    return Wrap(address);
  }
  if (endpoint.kind == Endpoint::Kind::kInet) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(endpoint.port);
    if (inet_pton(AF_INET, endpoint.host.c_str(), &address.sin_addr) != 1)
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return Wrap(address);
  }
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(endpoint.port);
  if (inet_pton(AF_INET6, endpoint.host.c_str(), &address.sin6_addr) != 1)
    address.sin6_addr = in6addr_loopback;
  return Wrap(address);
}

}  // namespace spillway
