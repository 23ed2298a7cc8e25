// SPDX-License-Identifier: BSD-2-Clause
// The milter protocol as far as a probe needs it: packets of a length, a command and data.
#include "policy/watch/probe.h"

#include <array>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <cstring>

#include "milter/base/big_endian.h"
#include "milter/base/socket_address.h"

namespace spillway {

namespace {

using boost::system::error_code;
using Protocol = boost::asio::generic::stream_protocol;

constexpr auto kHandshakePatience = std::chrono::seconds(3);
constexpr uint32_t kVersion = 6;
constexpr uint32_t kActions = 0x1ff;
constexpr uint32_t kProtocol = 0x1fffff;  // everything, as Postfix offers it
constexpr size_t kMaxPacket = 65536;

std::string Packet(char command, std::string_view data) {
  return Big32(static_cast<uint32_t>(data.size() + 1)) + command + std::string(data);
}

std::string Zero(std::string_view text) {
  return std::string(text) + '\0';
}

// Everything up to the end of message in one write. Before the verdict come the replies that the
// filter did not negotiate away; they are skipped.
std::string CannedMessage() {
  using namespace std::string_literals;
  std::string out = Packet('D', "C"s + Zero("{spillway_probe}") + Zero("1"));
  out += Packet('C', Zero("spillway-probe") + "U");
  out += Packet('H', Zero("localhost"));
  out += Packet('M', Zero("<>"));
  out += Packet('R', Zero("<postmaster@localhost>"));
  out += Packet('L', Zero("From") + Zero(" postmaster@localhost"));
  out += Packet('L', Zero("Subject") + Zero(" probe"));
  out += Packet('N', "");
  out += Packet('B', std::string(2048, 'x') + "\r\n");
  out += Packet('D', "E"s + Zero("i") + Zero("PROBE"));
  return out + Packet('E', "");
}

}  // namespace

// Keeps itself alive through its handlers; the timer closes the socket, which ends them.
class Probe::Attempt final : public std::enable_shared_from_this<Attempt> {
 public:
  Attempt(Probe& probe, bool with_message, std::chrono::milliseconds patience, Done done)
      : clock_(probe.clock_),
        start_(clock_.Now()),
        with_message_(with_message),
        patience_(patience),
        done_(std::move(done)),
        socket_(probe.io_),
        timer_(probe.io_) {}

  void Begin(const Endpoint& filter) {
    Within(kHandshakePatience);
    const SocketAddress address = ConnectAddress(filter);
    socket_.async_connect(
        {address.generic(), address.size}, [self = shared_from_this()](error_code error) {
          if (error) return self->Finish(ProbeResult::kAbsent);
          self->state_ = ProbeResult::kDeaf;
          self->Write(Packet('O', Big32(kVersion) + Big32(kActions) + Big32(kProtocol)));
          self->ReadPacket();
        });
  }

 private:
  void Within(std::chrono::milliseconds patience) {
    timer_.expires_after(patience);
    timer_.async_wait([self = shared_from_this()](error_code stopped) {
      if (!stopped) self->Finish(self->state_);
    });
  }

  void Write(std::string bytes) {
    output_ = std::move(bytes);
    boost::asio::async_write(socket_, boost::asio::buffer(output_),
                             [self = shared_from_this()](error_code, size_t) {});
  }

  void ReadPacket() {
    boost::asio::async_read(socket_, boost::asio::buffer(head_),
                            [self = shared_from_this()](error_code error, size_t) {
                              if (error) return self->Finish(self->state_);
                              self->ReadBody();
                            });
  }

  void ReadBody() {
    const uint32_t size = FromBig32(head_.data());
    if (size == 0 || size > kMaxPacket) return Finish(ProbeResult::kForeign);
    body_.resize(size - 1);
    boost::asio::async_read(socket_, boost::asio::buffer(body_),
                            [self = shared_from_this()](error_code error, size_t) {
                              if (error) return self->Finish(self->state_);
                              self->Take(self->head_[4]);
                            });
  }

  void Take(char command) {
    if (state_ == ProbeResult::kDeaf) {
      if (command != 'O' || body_.size() < 12) return Finish(ProbeResult::kForeign);
      if (!with_message_) return Finish(ProbeResult::kFine);
      state_ = ProbeResult::kHung;
      agreed_ = FromBig32(body_.data() + 8);
      replies_ = ExpectedReplies();
      Within(patience_);
      Write(CannedMessage());
      return ReadPacket();
    }
    // Header edits and progress are not replies.
    constexpr std::string_view kNotReplies = "+-2behimpq";
    if (kNotReplies.find(command) == std::string_view::npos && --replies_ == 0)
      return Finish(ProbeResult::kFine);
    ReadPacket();
  }

  // How many commands of the canned message are answered.
  int ExpectedReplies() const {
    constexpr std::array<std::pair<uint32_t, int>, 7> kReplies = {{{0x1000, 1},   // connect
                                                                   {0x2000, 1},   // HELO
                                                                   {0x4000, 1},   // MAIL
                                                                   {0x8000, 1},   // RCPT
                                                                   {0x80, 2},     // two headers
                                                                   {0x40000, 1},  // end of headers
                                                                   {0x80000, 1}}};  // body
    int replies = 1;
    for (const auto& [flag, count] : kReplies) replies += (agreed_ & flag) == 0 ? count : 0;
    return replies;
  }

  void Finish(ProbeResult result) {
    if (!done_) return;
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
    const double seconds = InSeconds(clock_.Now() - start_);
    std::exchange(done_, nullptr)({result, seconds});
  }

  const Clock& clock_;
  const TimePoint start_;
  const bool with_message_;
  const std::chrono::milliseconds patience_;
  Done done_;
  Protocol::socket socket_;
  boost::asio::steady_timer timer_;
  ProbeResult state_ = ProbeResult::kAbsent;  // what it is, should nothing more come
  std::string output_;
  std::array<char, 5> head_{};
  std::string body_;
  uint32_t agreed_ = 0;
  int replies_ = 0;
};

void Probe::Run(bool with_message, std::chrono::milliseconds patience, Done done) {
  std::make_shared<Attempt>(*this, with_message, patience, std::move(done))->Begin(filter_);
}

}  // namespace spillway
