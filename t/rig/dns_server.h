// SPDX-License-Identifier: BSD-2-Clause
// A real DNS server on loopback, UDP and TCP, whose zone can be silent, slow, failing or too large
// for UDP: what a stranger's name servers do to a filter.
//
// Zone text, one line each:
//   NAME TYPE VALUE     A AAAA MX("10 host") PTR CNAME TXT (the rest of the line, without quotes)
//   @silent NAME        no answer for NAME and all below it       @servfail NAME
//   @delay NAME MS      answers that much later                   @truncate NAME   TC over UDP
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "milter/base/fd.h"

namespace spillway {

class DnsServer {
 public:
  // Port 0: any free one. Throws std::system_error.
  explicit DnsServer(const std::string& address = "127.0.0.1", uint16_t port = 0);
  ~DnsServer();
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  // Replaces everything; the first call starts the server's thread. Until then questions wait in
  // the socket, and a test may fork: the sanitizers' locks do not survive a fork beside a thread.
  // Throws std::runtime_error with the line that does not parse.
  void Load(const std::string& zone);
  uint16_t port() const { return port_; }
  std::string endpoint() const { return address_ + ":" + std::to_string(port_); }
  uint64_t queries() const { return queries_; }
  uint64_t tcp_queries() const { return tcp_queries_; }

 private:
  struct Zone;
  struct Behaviour;
  struct Pending;

  void Publish(std::shared_ptr<const Zone> zone);
  void Run();
  void ServeUdp();
  void ServeTcp();
  void ServeTcpConnection(const Fd& connection);
  std::string Answer(const std::string& query, bool tcp, int& delay_ms) const;

  const std::string address_;
  uint16_t port_ = 0;
  Fd udp_;
  Fd tcp_;
  Fd wake_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Zone> zone_;     // guarded by mutex_
  std::multimap<int64_t, Pending> due_;  // server thread only
  std::atomic<uint64_t> queries_{0};
  std::atomic<uint64_t> tcp_queries_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace spillway
