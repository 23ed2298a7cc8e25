// SPDX-License-Identifier: BSD-2-Clause
// An endpoint as the socket calls want it.
#pragma once

#include <sys/socket.h>

#include "milter/base/endpoint.h"

namespace spillway {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
};

// Where to connect to; nothing is looked up: a host that is no address is the loopback one.
// `endpoint` is not of kind kFd.
SocketAddress ConnectAddress(const Endpoint& endpoint);

}  // namespace spillway
