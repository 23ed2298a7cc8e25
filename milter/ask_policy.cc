// SPDX-License-Identifier: BSD-2-Clause
// One connection for each question; every wait ends at the same deadline.
#include "milter/ask_policy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>

#include "milter/base/fd.h"

namespace spillway {

namespace {

using SteadyClock = std::chrono::steady_clock;

template <typename Address>
bool ConnectTo(const Fd& fd, const Address& address) {
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  return ::connect(fd.get(), generic, sizeof(address)) == 0 || errno == EINPROGRESS;
}

// Non-blocking; an invalid descriptor when it cannot be connected.
Fd Connect(const Endpoint& policy) {
  const auto make = [](int family) {
    return Fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  };
  sockaddr_un local{};
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  Fd fd;
  bool connected = false;
  if (policy.kind == Endpoint::Kind::kUnix) {
    local.sun_family = AF_UNIX;
    policy.path.copy(local.sun_path, sizeof(local.sun_path) - 1);
    fd = make(AF_UNIX);
    connected = ConnectTo(fd, local);
  } else if (inet_pton(AF_INET, policy.host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(policy.port);
    fd = make(AF_INET);
    connected = ConnectTo(fd, v4);
  } else if (inet_pton(AF_INET6, policy.host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(policy.port);
    fd = make(AF_INET6);
    connected = ConnectTo(fd, v6);
  }
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
