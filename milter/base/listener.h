// SPDX-License-Identifier: BSD-2-Clause
// Listening sockets, made by us rather than by the libraries, so that mode and group are right
// before anybody can connect, and so that a daemon can stop accepting without losing what is in
// flight.
#pragma once

#include <string>

#include "milter/base/endpoint.h"
#include "milter/base/fd.h"

namespace spillway {

// Binds and listens, non-blocking. A stale unix socket is replaced; one that somebody answers on is
// not. `mode` is octal ("0660"), an empty `group` leaves the group. For kFd the descriptor is taken
// over. Throws std::runtime_error or std::system_error, naming the address.
Fd Listen(const Endpoint& endpoint, const std::string& mode, const std::string& group);

// Replaces `listener`, under the same descriptor number, by a socket to which nobody can connect: a
// thread that polls the descriptor gets no more events. The path of a unix socket stays for the
// next daemon.
void StopAccepting(int listener);

}  // namespace spillway
