// SPDX-License-Identifier: BSD-2-Clause
// The sockets on which the MTA listens for SMTP, as the kernel shows them (sock_diag(7)).
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "milter/base/ip.h"

namespace spillway {

// Ports of the inet services of smtpd in the output of `postconf -M`, without those on loopback and
// for submission. None behind postscreen, which accepts all and keeps a queue that nobody sees.
std::set<uint16_t> SmtpPorts(const std::string& master);
// Those of this machine's Postfix; port 25 when there is no Postfix to ask.
std::set<uint16_t> FindSmtpPorts();

struct SmtpQueue {
  double waiting = 0;  // connections that no process has accepted yet
  double most = 0;     // how many can wait; 0: nobody listens
};

class SmtpSockets {
 public:
  explicit SmtpSockets(std::set<uint16_t> ports) : ports_(std::move(ports)) {}

  // All 0 where the kernel does not say.
  SmtpQueue Queue() const;
  // Connections to the ports, those that wait included; takes longer the more there are.
  double Connections() const;
  double ConnectionsFrom(const Ip& client) const;

 private:
  double Count(const std::function<bool(const Ip&)>& wanted) const;

  const std::set<uint16_t> ports_;
};

}  // namespace spillway
