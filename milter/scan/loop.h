// SPDX-License-Identifier: BSD-2-Clause
// The one thread on which all talk with scanners happens (Boost.Asio).
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

namespace spillway {

// Outlives all scanners.
class ScanLoop {
 public:
  ScanLoop() : thread_([this] { io_.run(); }) {}
  // What is under way is dropped.
  ~ScanLoop() {
    io_.stop();
    thread_.join();
  }
  ScanLoop(const ScanLoop&) = delete;
  ScanLoop& operator=(const ScanLoop&) = delete;

  boost::asio::io_context& io() { return io_; }

 private:
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  std::thread thread_;
};

}  // namespace spillway
