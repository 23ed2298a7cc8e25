// SPDX-License-Identifier: BSD-2-Clause
// One request to a scanner over one connection, and its reply. Reads while it writes: a scanner may
// reply before it has the whole message. Everything runs on the loop's thread.
#pragma once

#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "milter/base/socket_address.h"
#include "milter/mail/content.h"
#include "milter/scan/protocol.h"

namespace spillway {

using ScanSocket = boost::asio::generic::stream_protocol::socket;

class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  // `error` is empty when there is a reply. `silent`: not one octet had come.
  struct Outcome {
    ScanReply reply;
    std::string error;
    bool silent = false;
  };
  using Reader = std::function<std::optional<ScanReply>(std::string_view)>;
  using Done = std::function<void(Outcome)>;

  // `done` is called once, unless Cancel() was.
  Exchange(ScanSocket socket, Reader reader, Done done);

  // A socket that is connected already needs only Begin().
  void Connect(const SocketAddress& address);
  void Begin();
  void Send(std::string text, Content::Piece piece = nullptr);
  void Cancel();
  // underway(): everything given to Send() is written or being written. sent(): all is written.
  bool underway() const { return queue_.empty(); }
  bool sent() const { return queue_.empty() && writing_.empty(); }
  // After the reply.
  ScanSocket TakeSocket() { return std::move(socket_); }

 private:
  struct Part {
    std::string text;
    Content::Piece piece;  // may be null
  };
  void Write();
  void Read();
  void Finish(Outcome outcome);

  ScanSocket socket_;
  const Reader reader_;
  Done done_;
  std::deque<Part> queue_;    // to be written
  std::deque<Part> writing_;  // being written: must stay where it is
  bool open_ = false;
  std::optional<boost::asio::steady_timer> connecting_;
  std::array<char, 4096> buffer_{};
  std::string input_;
};

}  // namespace spillway
