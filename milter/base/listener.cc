// SPDX-License-Identifier: BSD-2-Clause
// socket, bind, mode, group, listen: in this order.
#include "milter/base/listener.h"

#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace spillway {

namespace {

constexpr int kBacklog = 1024;

[[noreturn]] void Throw(const std::string& where) {
  throw std::system_error(errno, std::generic_category(), where);
}

sockaddr_un UnixAddress(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return address;
}

template <typename Address>
const sockaddr* Generic(const Address* address) {
  return reinterpret_cast<const sockaddr*>(address);
}

bool SomebodyAnswers(const sockaddr_un& address) {
  const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return ::connect(probe.get(), Generic(&address), sizeof(address)) == 0 || errno == EAGAIN;
}

gid_t GroupId(const std::string& name) {
  std::array<char, 16384> buffer;
  group entry{};
  group* found = nullptr;
  getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) throw std::runtime_error("no group " + name);
  return found->gr_gid;
}

Fd ListenUnix(const Endpoint& endpoint, const std::string& mode, const std::string& group) {
  const sockaddr_un address = UnixAddress(endpoint.path);
  if (SomebodyAnswers(address)) {
    throw std::runtime_error("unix:" + endpoint.path + ": another process is listening there");
  }
  struct stat status {};
  if (::lstat(endpoint.path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode))
    ::unlink(endpoint.path.c_str());
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const mode_t before = ::umask(0177);
  const int rc = ::bind(fd.get(), Generic(&address), sizeof(address));
  ::umask(before);
  if (rc != 0) Throw("unix:" + endpoint.path);
  if (!group.empty() &&
      ::chown(endpoint.path.c_str(), static_cast<uid_t>(-1), GroupId(group)) != 0) {
    Throw("group of unix:" + endpoint.path);
  }
  if (::chmod(endpoint.path.c_str(), static_cast<mode_t>(std::stoul(mode, nullptr, 8))) != 0) {
    Throw("mode of unix:" + endpoint.path);
  }
  return fd;
}

Fd ListenInet(const Endpoint& endpoint) {
  const std::string name = endpoint.ToMilterSpec();
  addrinfo hints{};
  hints.ai_family = endpoint.kind == Endpoint::Kind::kInet ? AF_INET : AF_INET6;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* raw = nullptr;
  const char* host = endpoint.host.empty() ? nullptr : endpoint.host.c_str();
  if (const int rc = getaddrinfo(host, std::to_string(endpoint.port).c_str(), &hints, &raw);
      rc != 0) {
    throw std::runtime_error(name + ": " + gai_strerror(rc));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> found(raw, &freeaddrinfo);
  Fd fd(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  ::setsockopt(fd.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  if (::bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0) Throw(name);
  return fd;
}

Fd Adopt(const Endpoint& endpoint) {
  int listening = 0;
  socklen_t size = sizeof(listening);
  if (::getsockopt(endpoint.fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 ||
      listening == 0) {
    throw std::runtime_error(endpoint.ToMilterSpec() + ": not a listening socket");
  }
  // Two processes may share it over a restart: a blocking accept() would hang in one of them.
  ::fcntl(endpoint.fd, F_SETFL, ::fcntl(endpoint.fd, F_GETFL) | O_NONBLOCK);
  return Fd(endpoint.fd);
}

}  // namespace

Fd Listen(const Endpoint& endpoint, const std::string& mode, const std::string& group) {
  if (endpoint.kind == Endpoint::Kind::kFd) return Adopt(endpoint);
  Fd fd = endpoint.kind == Endpoint::Kind::kUnix ? ListenUnix(endpoint, mode, group)
                                                 : ListenInet(endpoint);
  if (::listen(fd.get(), kBacklog) != 0) Throw(endpoint.ToMilterSpec());
  return fd;
}

void StopAccepting(int listener) {
  const Fd inert(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_un unnamed{.sun_family = AF_UNIX, .sun_path = {}};
  // Binding the family alone makes Linux choose an abstract name that nobody knows.
  static_cast<void>(::bind(inert.get(), Generic(&unnamed), sizeof(sa_family_t)));
  ::listen(inert.get(), 1);
  ::dup2(inert.get(), listener);
}

}  // namespace spillway
