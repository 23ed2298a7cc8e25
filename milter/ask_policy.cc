// SPDX-License-Identifier: BSD-2-Clause
// One connection for each question; every wait ends at the same deadline.
#include "milter/ask_policy.h"

#include <poll.h>

#include <array>
#include <cerrno>

#include "milter/base/fd.h"
#include "milter/base/socket_address.h"

namespace spillway {

namespace {

using SteadyClock = std::chrono::steady_clock;

// Non-blocking; an invalid descriptor when it cannot be connected.
Fd Connect(const Endpoint& policy) {
  const SocketAddress address = ConnectAddress(policy);
  Fd fd(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const bool connected =
      ::connect(fd.get(), address.generic(), address.size) == 0 || errno == EINPROGRESS;
  return connected ? std::move(fd) : Fd();
}

bool WaitFor(const Fd& fd, short events, SteadyClock::time_point deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now());
  pollfd entry{.fd = fd.get(), .events = events, .revents = 0};
  return left.count() > 0 && ::poll(&entry, 1, static_cast<int>(left.count())) == 1;
}

std::string Request(const std::string& client_address, const std::string& client_port) {
  return "request=smtpd_access_policy\nprotocol_state=CONNECT\nprotocol_name=SMTP\n"
         "policy_context=spillway-milter\nclient_address=" +
         client_address + "\nclient_port=" + client_port + "\n\n";
}

}  // namespace

bool PolicyRefuses(const Endpoint& policy, const std::string& client_address,
                   const std::string& client_port, std::chrono::milliseconds timeout) {
  const auto deadline = SteadyClock::now() + timeout;
  const Fd fd = Connect(policy);
  if (!fd.valid() || !WaitFor(fd, POLLOUT, deadline)) return false;
  const std::string request = Request(client_address, client_port);
  if (::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return false;
  }
  std::string answer;
  std::array<char, 512> buffer{};
  while (answer.find("\n\n") == std::string::npos && answer.size() < buffer.size()) {
    if (!WaitFor(fd, POLLIN, deadline)) return false;
    const ssize_t size = ::recv(fd.get(), buffer.data(), buffer.size(), 0);
    if (size <= 0) return false;
    answer.append(buffer.data(), static_cast<size_t>(size));
  }
  return answer.starts_with("action=4");
}

}  // namespace spillway
