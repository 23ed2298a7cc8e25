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

  // TakeIdle(): a connection that has not been idle for long, because scanners close idle
  // connections. The scanner may have closed it all the same.
  struct Idle {
    ScanSocket socket;
    TimePoint since;
    int uses = 0;  // messages so far
  };
  std::optional<Idle> TakeIdle(TimePoint now) {
    while (!idle_.empty() && now - idle_.front().since > kMaxIdle) idle_.pop_front();
    while (!idle_.empty()) {
      Idle last = std::move(idle_.back());
      idle_.pop_back();
      boost::system::error_code ignored;
      if (last.socket.available(ignored) == 0) return last;  // nobody has spoken out of turn
    }
    return std::nullopt;
  }
  void KeepIdle(Idle idle) {
    if (idle_.size() >= kMaxIdleCount) idle_.pop_front();
    idle_.push_back(std::move(idle));
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
  std::deque<Idle> idle_;  // the longest idle first
};

}  // namespace spillway
