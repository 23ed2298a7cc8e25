// SPDX-License-Identifier: BSD-2-Clause
// One server of a kind of scanner, as the loop's thread knows it.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <string>

#include "milter/base/clock.h"
#include "milter/scan/breaker.h"
#include "milter/scan/exchange.h"

namespace spillway {

class BackEnd {
 public:
  BackEnd(boost::asio::io_context& io, const Endpoint& endpoint)
      : name(endpoint.ToMilterSpec()), address(ConnectAddress(endpoint)), probe_timer(io) {}

  // A connection that can be used again, if there is one that has not been idle for long: scanners
  // close theirs after a while. Says nothing of whether it still stands.
  std::optional<ScanSocket> TakeIdle(TimePoint now) {
    while (!idle_.empty() && now - idle_.front().since > kMaxIdle) idle_.pop_front();
    if (idle_.empty()) return std::nullopt;
    ScanSocket socket = std::move(idle_.back().socket);
    idle_.pop_back();
    return socket;
  }
  void KeepIdle(ScanSocket socket, TimePoint now) {
    if (idle_.size() >= kMaxIdleCount) idle_.pop_front();
    idle_.push_back({std::move(socket), now});
  }

  const std::string name;
  const SocketAddress address;
  Breaker breaker;
  size_t in_flight = 0;
  boost::asio::steady_timer probe_timer;
  std::shared_ptr<Exchange> probe;

 private:
  static constexpr Duration kMaxIdle = std::chrono::seconds(3);
  static constexpr size_t kMaxIdleCount = 16;
  struct Idle {
    ScanSocket socket;
    TimePoint since;
  };
  std::deque<Idle> idle_;  // the longest idle first
};

}  // namespace spillway
