// SPDX-License-Identifier: BSD-2-Clause
#include "policy/watch/smtp_sockets.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <sstream>
#include <string_view>

#include "milter/base/fd.h"
#include "policy/watch/postconf.h"

namespace spillway {

namespace {

using Use = std::function<void(const inet_diag_msg&)>;

bool Send(int socket, int family, uint32_t states) {
  struct {
    nlmsghdr header;
    inet_diag_req_v2 request;
  } message{};
  message.header.nlmsg_len = sizeof(message);
  message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  message.request.sdiag_family = static_cast<uint8_t>(family);
  message.request.sdiag_protocol = IPPROTO_TCP;
  message.request.idiag_states = states;
  return ::send(socket, &message, sizeof(message), 0) == sizeof(message);
}

// False at the end of the answer.
bool Read(std::string_view answer, const Use& use) {
  while (answer.size() >= sizeof(nlmsghdr)) {
    nlmsghdr header{};
    std::memcpy(&header, answer.data(), sizeof(header));
    const bool whole = header.nlmsg_len >= NLMSG_HDRLEN && header.nlmsg_len <= answer.size();
    if (!whole || header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR) return false;
    inet_diag_msg socket{};
    if (header.nlmsg_len >= NLMSG_HDRLEN + sizeof(socket)) {
      std::memcpy(&socket, answer.data() + NLMSG_HDRLEN, sizeof(socket));
      use(socket);
    }
    answer.remove_prefix(std::min<size_t>(answer.size(), NLMSG_ALIGN(header.nlmsg_len)));
  }
  return true;
}

// All TCP sockets of a family in these states. Nothing where the kernel does not say.
void ForEach(int family, uint32_t states, const Use& use) {
  const Fd socket(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (socket.get() < 0 || !Send(socket.get(), family, states)) return;
  std::array<char, 1 << 15> answer;
  for (bool more = true; more;) {
    const ssize_t got = ::recv(socket.get(), answer.data(), answer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    more = got > 0 && Read({answer.data(), static_cast<size_t>(got)}, use);
  }
}

// The other side; IPv4 on an IPv6 socket is IPv4.
Ip PeerOf(const inet_diag_msg& socket) {
  constexpr size_t kMapped = 12;
  std::array<uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), socket.id.idiag_dst, bytes.size());
  if (socket.idiag_family == AF_INET) return Ip::FromBytes4(bytes.data());
  const bool mapped = IN6_IS_ADDR_V4MAPPED(reinterpret_cast<const in6_addr*>(bytes.data()));
  return mapped ? Ip::FromBytes4(bytes.data() + kMapped) : Ip::FromBytes16(bytes.data());
}

uint16_t PortOf(const std::string& service) {
  const std::string name = service.substr(service.rfind(':') + 1);
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), port);
  if (error == std::errc() && end == name.data() + name.size()) return port;
  const servent* entry = ::getservbyname(name.c_str(), "tcp");
  return entry == nullptr ? 0 : ntohs(static_cast<uint16_t>(entry->s_port));
}

// Not for the mail of the world: on loopback, for mail that comes back from a filter, or for the
// users' own.
bool Apart(std::string_view name) {
  constexpr std::array<std::string_view, 5> kSubmission = {"submission", "submissions", "smtps",
                                                           "465", "587"};
  constexpr std::array<std::string_view, 3> kLoopback = {"127.", "[::1]", "localhost:"};
  const std::string_view port = name.substr(name.rfind(':') + 1);
  return std::find(kSubmission.begin(), kSubmission.end(), port) != kSubmission.end() ||
         (port != "25" && port != "smtp" &&
          std::any_of(kLoopback.begin(), kLoopback.end(),
                      [name](std::string_view start) { return name.starts_with(start); }));
}

}  // namespace

std::set<uint16_t> SmtpPorts(const std::string& master) {
  std::set<uint16_t> out;
  std::istringstream lines(master);
  for (std::string line; std::getline(lines, line);) {
    const MasterService service = ParseMasterService(line);
    if (service.type != "inet") continue;
    if (service.program == "postscreen") return {};
    const uint16_t port = PortOf(service.name);
    if (service.program == "smtpd" && !Apart(service.name) && port != 0) out.insert(port);
  }
  return out;
}

std::set<uint16_t> FindSmtpPorts() {
  constexpr uint16_t kSmtp = 25;
  const std::string master = Postconf("-M");
  return master.empty() ? std::set{kSmtp} : SmtpPorts(master);
}

SmtpQueue SmtpSockets::Queue() const {
  SmtpQueue out;
  for (const int family : {AF_INET, AF_INET6}) {
    ForEach(family, 1U << TCP_LISTEN, [&](const inet_diag_msg& socket) {
      if (!ports_.contains(ntohs(socket.id.idiag_sport))) return;
      out.waiting += static_cast<double>(socket.idiag_rqueue);
      out.most = std::max(out.most, static_cast<double>(socket.idiag_wqueue));
    });
  }
  return out;
}

double SmtpSockets::Count(const std::function<bool(const Ip&)>& wanted) const {
  double out = 0;
  for (const int family : {AF_INET, AF_INET6}) {
    ForEach(family, 1U << TCP_ESTABLISHED | 1U << TCP_CLOSE_WAIT, [&](const inet_diag_msg& socket) {
      if (ports_.contains(ntohs(socket.id.idiag_sport)) && wanted(PeerOf(socket))) ++out;
    });
  }
  return out;
}

double SmtpSockets::Connections() const {
  return Count([](const Ip&) { return true; });
}

double SmtpSockets::ConnectionsFrom(const Ip& client) const {
  return Count([&client](const Ip& peer) { return peer == client; });
}

}  // namespace spillway
