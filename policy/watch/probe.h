// SPDX-License-Identifier: BSD-2-Clause
// Speaks to the filter as an MTA does, to see that it lives: a handshake every few seconds, and now
// and then a canned message through the whole pipeline. The message carries a macro that only a
// local process can set, so that the filter keeps it apart from real samples.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>

#include "milter/base/clock.h"
#include "milter/base/endpoint.h"

namespace spillway {

enum class ProbeResult : uint8_t {
  kFine,
  kAbsent,   // nobody listens
  kDeaf,     // accepts, but does not negotiate
  kForeign,  // negotiates, but is not a filter that we know
  kHung,     // takes the message, but gives no verdict
};

struct ProbeReport {
  ProbeResult result = ProbeResult::kFine;
  double seconds = 0;  // to the answer, or to giving up
};

// One probe at a time; keep it as long as the io_context runs.
class Probe {
 public:
  using Done = std::function<void(const ProbeReport&)>;
  Probe(boost::asio::io_context& io, Endpoint filter, const Clock& clock)
      : io_(io), filter_(std::move(filter)), clock_(clock) {}

  // `with_message`: the canned message too; its verdict is waited for `patience`.
  void Run(bool with_message, std::chrono::milliseconds patience, Done done);

 private:
  class Attempt;
  boost::asio::io_context& io_;
  const Endpoint filter_;
  const Clock& clock_;
};

}  // namespace spillway
