// SPDX-License-Identifier: BSD-2-Clause
// The probe of a server whose circuit is open: the scanner's own ping, over a connection of its
// own. Everything runs on the loop's thread.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "milter/base/clock.h"
#include "milter/scan/exchange.h"

namespace spillway {

class ScannerProbe : public std::enable_shared_from_this<ScannerProbe> {
 public:
  // `protocol` outlives it. `done` is called once for each Set(): was the ping answered?
  ScannerProbe(boost::asio::io_context& io, const ScanProtocol& protocol,
               const SocketAddress& address, std::function<void(bool alive)> done)
      : io_(io), protocol_(protocol), address_(address), done_(std::move(done)), timer_(io) {}

  void Set(Duration wait);

 private:
  static constexpr auto kPatience = std::chrono::seconds(2);

  void Ask();
  void Ended(bool alive);

  boost::asio::io_context& io_;
  const ScanProtocol& protocol_;
  const SocketAddress address_;
  const std::function<void(bool)> done_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<Exchange> exchange_;  // null: none under way
};

}  // namespace spillway
