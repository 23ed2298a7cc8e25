// SPDX-License-Identifier: BSD-2-Clause
// c-ares in a thread of its own: EDNS, TCP on truncation, CNAMEs followed, a deadline for every
// query. Only cares.cc includes c-ares.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "milter/dns/upstream.h"

namespace spillway {

class Cares final : public Upstream {
 public:
  struct Options {
    std::vector<std::string> servers;  // "address" or "address:port"; empty: /etc/resolv.conf
    std::chrono::milliseconds timeout{3000};
  };
  // Starts the thread. Throws std::runtime_error when the channel cannot be made.
  explicit Cares(const Options& options);
  // Answers what is still in flight with kTimeout, then ends the thread.
  ~Cares() override;
  Cares(const Cares&) = delete;
  Cares& operator=(const Cares&) = delete;

  void Query(const DnsQuestion& question, Done done) override;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace spillway
