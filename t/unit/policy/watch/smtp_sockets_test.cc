// SPDX-License-Identifier: BSD-2-Clause
#include "policy/watch/smtp_sockets.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "milter/base/fd.h"

namespace spillway {
namespace {

sockaddr* AsSocketAddress(sockaddr_in& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

// A socket that listens on a free port of 127.0.0.1, and accepts nobody.
class Door {
 public:
  Door() {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address_);
    if (::bind(socket_.get(), AsSocketAddress(address_), size) != 0 ||
        ::listen(socket_.get(), 10) != 0 ||
        ::getsockname(socket_.get(), AsSocketAddress(address_), &size) != 0)
      throw std::runtime_error("no socket");
  }
  uint16_t port() const { return ntohs(address_.sin_port); }
  Fd Knock() {
    Fd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(client.get(), AsSocketAddress(address_), sizeof(address_)), 0);
    return client;
  }
  Fd Accept() { return Fd(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)); }

 private:
  Fd socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address_{};
};

TEST(SmtpSockets, SeesWhoWaitsAtTheDoor) {
  Door door;
  const SmtpSockets sockets({door.port()});
  EXPECT_EQ(sockets.Queue().waiting, 0);
  EXPECT_EQ(sockets.Queue().most, 10);
  const Fd first = door.Knock();
  const Fd second = door.Knock();
  EXPECT_EQ(sockets.Queue().waiting, 2);
  const Fd accepted = door.Accept();
  EXPECT_EQ(sockets.Queue().waiting, 1);
  EXPECT_EQ(sockets.Connections(), 2);
}

TEST(SmtpSockets, OtherPortsAreNotOurs) {
  Door door;
  const Fd client = door.Knock();
  const Door other;
  EXPECT_EQ(SmtpSockets({other.port()}).Queue().waiting, 0);
  EXPECT_EQ(SmtpSockets({other.port()}).Connections(), 0);
  EXPECT_EQ(SmtpSockets({}).Queue().most, 0);
}

TEST(SmtpSockets, KnowWhoHoldsThem) {
  Door door;
  const SmtpSockets sockets({door.port()});
  const Fd client = door.Knock();
  EXPECT_EQ(sockets.ConnectionsFrom(*Ip::Parse("127.0.0.1")), 1);
  EXPECT_EQ(sockets.ConnectionsFrom(*Ip::Parse("192.0.2.1")), 0);
}

TEST(SmtpPorts, AreThoseForTheMailOfTheWorld) {
  const std::string master =
      "smtp       inet  n       -       y       -       -       smtpd\n"
      "192.0.2.1:2525 inet n    -       y       -       -       smtpd -o a=b\n"
      "127.0.0.1:10025 inet n   -       y       -       -       smtpd\n"
      "[::1]:10026 inet n       -       y       -       -       smtpd\n"
      "submission inet  n       -       y       -       -       smtpd\n"
      "smtps      inet  n       -       y       -       -       smtpd\n"
      "nonsense   inet  n       -       y       -       -       smtpd\n"
      "qmqp       inet  n       -       y       -       -       qmqpd\n"
      "pickup     unix  n       -       y       60      1       pickup\n";
  EXPECT_EQ(SmtpPorts(master), (std::set<uint16_t>{25, 2525}));
  EXPECT_TRUE(SmtpPorts("").empty());
  EXPECT_TRUE(SmtpPorts("smtp inet n - y - 1 postscreen\n2525 inet n - y - - smtpd\n").empty())
      << "who waits for an smtpd, only postscreen knows";
}

}  // namespace
}  // namespace spillway
