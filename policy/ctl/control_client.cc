// SPDX-License-Identifier: BSD-2-Clause
// Plain blocking calls: there is one question and one answer.
#include "policy/ctl/control_client.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "milter/base/fd.h"

namespace spillway {

std::string AskControl(const std::string& socket, std::string_view command) {
  const auto fail = [&socket]() -> std::string {
    throw std::system_error(errno, std::generic_category(), socket);
  };
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{.tv_sec = 5, .tv_usec = 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    return fail();
  const std::string line = std::string(command) + "\n";
  if (::send(fd.get(), line.data(), line.size(), MSG_NOSIGNAL) < 0) return fail();
  std::string answer;
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t size = ::recv(fd.get(), buffer.data(), buffer.size(), 0);
    if (size < 0) return fail();
    if (size == 0) return answer;
    answer.append(buffer.data(), static_cast<size_t>(size));
  }
}

}  // namespace spillway
