// SPDX-License-Identifier: BSD-2-Clause
// One server of a kind of scanner, as the loop's thread knows it; figures() is for any thread.
#pragma once

#include <atomic>
#include <deque>
#include <string>

#include "milter/base/clock.h"
#include "milter/base/server_figures.h"
#include "milter/scan/breaker.h"
#include "milter/scan/scanner_probe.h"
#include "milter/scan/server_load.h"

namespace spillway {

class BackEnd {
 public:
  // `most`: requests at a time, at the utmost.
  BackEnd(const Endpoint& endpoint, size_t most)
      : name(endpoint.ToMilterSpec()), address(ConnectAddress(endpoint)), load(most) {}

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

  // Makes what is known now visible in figures().
  void Publish(TimePoint now) {
    figures_.limit.store(load.limit(), std::memory_order_relaxed);
    figures_.in_flight.store(load.in_flight(), std::memory_order_relaxed);
    figures_.owed.store(load.owed(now), std::memory_order_relaxed);
    figures_.late_share.store(breaker.failed_share(), std::memory_order_relaxed);
    figures_.asked.store(breaker.state() == Breaker::State::kClosed, std::memory_order_relaxed);
  }
  ServerFigures figures() const {
    return {.name = name,
            .limit = figures_.limit,
            .in_flight = figures_.in_flight,
            .owed = figures_.owed,
            .late_share = figures_.late_share,
            .asked = figures_.asked};
  }

  const std::string name;
  const SocketAddress address;
  Breaker breaker;
  ServerLoad load;
  std::shared_ptr<ScannerProbe> probe;

 private:
  static constexpr Duration kMaxIdle = std::chrono::seconds(3);
  static constexpr size_t kMaxIdleCount = 16;

  struct Published {
    std::atomic<size_t> limit{0}, in_flight{0}, owed{0};
    std::atomic<double> late_share{0};
    std::atomic<bool> asked{true};
  };
  Published figures_;
  std::deque<Idle> idle_;  // the longest idle first
};

}  // namespace spillway
