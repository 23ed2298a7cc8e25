// SPDX-License-Identifier: BSD-2-Clause
// Keeps itself alive through its handlers; closing the socket ends them.
#include "milter/scan/exchange.h"

#include <boost/asio/write.hpp>
#include <vector>

namespace spillway {

using boost::system::error_code;

Exchange::Exchange(ScanSocket socket, Reader reader, Done done)
    : socket_(std::move(socket)), reader_(std::move(reader)), done_(std::move(done)) {}

// A host that is switched off must not take the whole budget: there may be another.
constexpr auto kConnectPatience = std::chrono::milliseconds(250);

void Exchange::Connect(const SocketAddress& address) {
  connecting_.emplace(socket_.get_executor(), kConnectPatience);
  connecting_->async_wait([weak = weak_from_this()](error_code stopped) {
    const auto self = weak.lock();
    if (self && !stopped && !self->open_) self->Finish({{}, "no connection in time", true});
  });
  socket_.async_connect({address.generic(), address.size},
                        [self = shared_from_this()](error_code error) {
                          if (!self->done_) return;
                          if (error) return self->Finish({{}, error.message(), true});
                          self->Begin();
                        });
}

void Exchange::Begin() {
  open_ = true;
  if (connecting_) connecting_->cancel();
  Read();
  Write();
}

void Exchange::Send(std::string text, Content::Piece piece) {
  queue_.push_back({std::move(text), std::move(piece)});
  Write();
}

// Everything that has gathered goes out in one call.
void Exchange::Write() {
  if (!open_ || !writing_.empty() || queue_.empty()) return;
  writing_.swap(queue_);
  std::vector<boost::asio::const_buffer> buffers;
  for (const Part& part : writing_) {
    buffers.emplace_back(part.text.data(), part.text.size());
    if (part.piece) buffers.emplace_back(part.piece->data(), part.piece->size());
  }
  boost::asio::async_write(socket_, buffers, [self = shared_from_this()](error_code error, size_t) {
    self->writing_.clear();
    // Should it have failed: the reader learns why, perhaps from a last word of the scanner.
    if (!error) self->Write();
  });
}

void Exchange::Read() {
  socket_.async_read_some(
      boost::asio::buffer(buffer_), [self = shared_from_this()](error_code error, size_t size) {
        if (!self->done_) return;
        if (error) {
          const bool ended = error == boost::asio::error::eof;
          return self->Finish(
              {{}, ended ? "closed the connection" : error.message(), self->input_.empty()});
        }
        self->input_.append(self->buffer_.data(), size);
        if (auto reply = self->reader_(self->input_)) return self->Finish({*reply, "", false});
        if (self->input_.size() > kMaxScanReply)
          return self->Finish({{}, "an answer without end", false});
        self->Read();
      });
}

void Exchange::Finish(Outcome outcome) {
  if (!done_) return;
  const Done done = std::exchange(done_, nullptr);
  done(std::move(outcome));
}

void Exchange::Cancel() {
  done_ = nullptr;
  error_code ignored;
  socket_.close(ignored);
  if (connecting_) connecting_->cancel();
}

}  // namespace spillway
