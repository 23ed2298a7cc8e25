// SPDX-License-Identifier: BSD-2-Clause
// A connection keeps itself alive through its handlers; while an answer is being written nothing
// more is read, so a client that does not read cannot make us store answers.
#include "policy/serve/server.h"

#include <sys/socket.h>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <array>

namespace spillway {

namespace {

using boost::system::error_code;

constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr size_t kMaxCommand = 1024;

StreamProtocol ProtocolOf(const Fd& fd) {
  int family = AF_UNIX;
  socklen_t size = sizeof(family);
  ::getsockopt(fd.get(), SOL_SOCKET, SO_DOMAIN, &family, &size);
  return {family, 0};
}

class PolicyConnection final : public std::enable_shared_from_this<PolicyConnection> {
 public:
  PolicyConnection(StreamSocket socket, PolicyService& service)
      : socket_(std::move(socket)), service_(service), parser_(service.options.max_request) {
    ++service_.counts.connections;
  }
  ~PolicyConnection() { --service_.counts.connections; }
  PolicyConnection(const PolicyConnection&) = delete;
  PolicyConnection& operator=(const PolicyConnection&) = delete;

  void Read() {
    socket_.async_read_some(boost::asio::buffer(input_),
                            [self = shared_from_this()](error_code error, size_t size) {
                              if (error) return;
                              self->parser_.Feed({self->input_.data(), size});
                              self->Answer();
                            });
  }

 private:
  void Answer() {
    output_.clear();
    while (const auto request = parser_.Next()) {
      ++service_.counts.requests;
      output_ += service_.answer(*request);
    }
    if (!parser_.error().empty()) {
      ++service_.counts.malformed;
      service_.log.Limited(LogLevel::kWarning, "policy-malformed",
                           "policy connection closed: " + parser_.error(), service_.clock.Now());
    }
    if (output_.empty()) return Continue();
    boost::asio::async_write(socket_, boost::asio::buffer(output_),
                             [self = shared_from_this()](error_code error, size_t) {
                               if (!error) self->Continue();
                             });
  }

  void Continue() {
    if (parser_.error().empty()) Read();
  }

  StreamSocket socket_;
  PolicyService& service_;
  PolicyRequestParser parser_;
  std::array<char, 4096> input_{};
  std::string output_;
};

struct ControlConnection {
  explicit ControlConnection(StreamSocket s) : socket(std::move(s)) {}
  StreamSocket socket;
  std::string text;
};

}  // namespace

Acceptor::Acceptor(boost::asio::io_context& io, Fd listener, OnSocket on_socket)
    : acceptor_(io, ProtocolOf(listener), listener.get()),
      pause_(io),
      on_socket_(std::move(on_socket)) {
  static_cast<void>(listener.Release());
  Accept();
}

void Acceptor::Accept() {
  acceptor_.async_accept([this](error_code error, StreamSocket socket) {
    if (error == boost::asio::error::operation_aborted) return;
    if (!error) {
      on_socket_(std::move(socket));
      return Accept();
    }
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([this](error_code stopped) {
      if (!stopped) Accept();
    });
  });
}

void ServePolicy(StreamSocket socket, PolicyService& service) {
  if (service.counts.connections >= service.options.max_connections) {
    service.log.Limited(LogLevel::kWarning, "policy-connections",
                        "policy connection closed: [policy] max_connections are open",
                        service.clock.Now());
    return;
  }
  std::make_shared<PolicyConnection>(std::move(socket), service)->Read();
}

void ServeControl(StreamSocket socket, const std::function<std::string(std::string_view)>& answer) {
  const auto connection = std::make_shared<ControlConnection>(std::move(socket));
  boost::asio::async_read_until(
      connection->socket, boost::asio::dynamic_buffer(connection->text, kMaxCommand), '\n',
      [connection, answer](error_code error, size_t size) {
        if (error) return;
        connection->text = answer(std::string_view(connection->text).substr(0, size - 1));
        boost::asio::async_write(connection->socket, boost::asio::buffer(connection->text),
                                 [connection](error_code, size_t) {});
      });
}

}  // namespace spillway
