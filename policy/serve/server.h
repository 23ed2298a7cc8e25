// SPDX-License-Identifier: BSD-2-Clause
// Line servers on Boost.Asio, one thread: the policy service that Postfix asks, and the control
// socket.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>

#include "milter/base/fd.h"
#include "milter/base/log.h"
#include "policy/serve/metrics.h"
#include "policy/serve/request.h"

namespace spillway {

using StreamProtocol = boost::asio::generic::stream_protocol;
using StreamSocket = StreamProtocol::socket;

// Accepts on one listener and hands out the connections. EMFILE and its like make it pause, not
// spin.
class Acceptor {
 public:
  using OnSocket = std::function<void(StreamSocket)>;
  // Takes over `listener`; throws boost::system::system_error when it is no stream socket.
  Acceptor(boost::asio::io_context& io, Fd listener, OnSocket on_socket);

 private:
  void Accept();

  boost::asio::basic_socket_acceptor<StreamProtocol> acceptor_;
  boost::asio::steady_timer pause_;
  const OnSocket on_socket_;
};

struct PolicyServerOptions {
  size_t max_request = 8192;
  size_t max_connections = 1000;
};

// Everything the connections share; outlives them.
struct PolicyService {
  PolicyServerOptions options;
  Log& log;
  const Clock& clock;
  PolicyCounts counts;
  // The answer, action line and empty line; must not block.
  std::function<std::string_view(const PolicyRequest&)> answer;
};

// Serves one policy connection until its end. A malformed request is logged, and the connection
// closed.
void ServePolicy(StreamSocket socket, PolicyService& service);

// Reads one command line, answers it with `answer(command)`, closes.
void ServeControl(StreamSocket socket, const std::function<std::string(std::string_view)>& answer);

}  // namespace spillway
