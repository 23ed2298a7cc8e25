// SPDX-License-Identifier: BSD-2-Clause
// A scanner that does what a test says, for behaviour that a real scanner cannot be made to show.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "milter/base/endpoint.h"
#include "milter/base/fd.h"
#include "milter/base/listener.h"
#include "t/rig/temp_dir.h"

namespace spillway {

// One thread for each connection, each of which runs `serve` and ends with it.
class ScanServer {
 public:
  using Serve = std::function<void(int fd)>;

  explicit ScanServer(Serve serve) : serve_(std::move(serve)) {
    endpoint_ = Endpoint::Parse("unix:" + (dir_ / "scan.sock")).value();
    listener_ = Listen(endpoint_, "0600", "");
    thread_ = std::thread([this] { Accept(); });
  }
  // Ends what is open: a Serve that reads sees the end.
  ~ScanServer() {
    stopping_ = true;
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const Fd& fd : open_) ::shutdown(fd.get(), SHUT_RDWR);
    }
    for (std::thread& each : connections_) each.join();
  }
  ScanServer(const ScanServer&) = delete;
  ScanServer& operator=(const ScanServer&) = delete;

  const Endpoint& endpoint() const { return endpoint_; }
  int accepted() const { return accepted_; }

  // Reads up to `end`; false when the connection ended before.
  static bool ReadTo(int fd, const std::string& end) {
    std::string text;
    char c = 0;
    while (!text.ends_with(end)) {
      if (::recv(fd, &c, 1, 0) != 1) return false;
      text += c;
    }
    return true;
  }
  // One INSTREAM of clamd's, whole.
  static bool ReadStream(int fd) {
    if (!ReadTo(fd, std::string("zINSTREAM") + '\0')) return false;
    std::array<unsigned char, 4> size{};
    while (::recv(fd, size.data(), size.size(), MSG_WAITALL) == 4) {
      const size_t octets = (size_t{size[2]} << 8U) + size[3];  // tests send little
      if (octets == 0) return true;
      std::string piece(octets, ' ');
      if (::recv(fd, piece.data(), octets, MSG_WAITALL) != static_cast<ssize_t>(octets)) break;
    }
    return false;
  }
  static void Say(int fd, const std::string& text) {
    [[maybe_unused]] const ssize_t n = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
  }

 private:
  void Accept() {
    while (!stopping_) {
      timeval patience{.tv_sec = 0, .tv_usec = 50000};
      fd_set set;
      FD_ZERO(&set);
      FD_SET(listener_.get(), &set);
      if (::select(listener_.get() + 1, &set, nullptr, nullptr, &patience) != 1) continue;
      const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      ++accepted_;
      const std::lock_guard lock(mutex_);
      open_.emplace_back(fd);
      connections_.emplace_back([this, fd] {
        serve_(fd);
        ::shutdown(fd, SHUT_RDWR);
      });
    }
  }

  const Serve serve_;
  TempDir dir_;
  Endpoint endpoint_;
  Fd listener_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> accepted_{0};
  std::mutex mutex_;
  std::vector<Fd> open_;  // guarded by mutex_
  std::vector<std::thread> connections_;
  std::thread thread_;
};

}  // namespace spillway
