// SPDX-License-Identifier: BSD-2-Clause
// One thread: the policy service, the control socket, and four times a second a look at the
// telemetry.
#include "policy/run.h"

#include <sysexits.h>
#include <systemd/sd-daemon.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "milter/telemetry/reader.h"
#include "policy/answer.h"
#include "policy/server.h"
#include "policy/window.h"

namespace spillway {

namespace {

using boost::system::error_code;

constexpr auto kLook = std::chrono::milliseconds(250);
constexpr size_t kTakeAtOnce = 20000;

// Follows the filter's telemetry, and says in the log when a filter comes.
class Watcher {
 public:
  Watcher(boost::asio::io_context& io, const std::string& path, const Clock& clock, Log& log)
      : reader_(path), clock_(clock), log_(log), timer_(io) {
    Look();
  }

  std::string Status(const PolicyCounts& counts) {
    WindowSummary summary;
    if (reader_.mapped()) {
      Take();
      summary = window_.Summarize(clock_.Now(), reader_.preamble().started, reader_.InFlight());
    }
    return EncodeStatus(MakeStatus(reader_, summary, counts, clock_.Now()));
  }

 private:
  void Look() {
    Take();
    timer_.expires_after(kLook);
    timer_.async_wait([this](error_code stopped) {
      if (!stopped) Look();
    });
  }

  void Take() {
    // First what the old file still holds, then perhaps the next generation's.
    if (reader_.mapped()) Drain();
    if (!reader_.Refresh()) {
      log_.Limited(LogLevel::kWarning, "telemetry", "no telemetry yet: " + reader_.error(),
                   clock_.Now());
      return;
    }
    if (reader_.preamble().generation == generation_) return;
    generation_ = reader_.preamble().generation;
    log_.Info("filter seen: pid " + std::to_string(reader_.preamble().pid) + ", generation " +
              std::to_string(generation_));
    Drain();
  }

  void Drain() {
    for (const telemetry::Record& record : reader_.Take(kTakeAtOnce)) window_.Add(record);
  }

  TelemetryReader reader_;
  Window window_;
  const Clock& clock_;
  Log& log_;
  boost::asio::steady_timer timer_;
  uint64_t generation_ = 0;
};

}  // namespace

int RunPolicyd(PolicydParts parts) {
  const Config& config = parts.config;
  const SystemClock clock;
  boost::asio::io_context io(1);
  Watcher watcher(io, config.telemetry.file, clock, parts.log);
  PolicyService service{
      .options = {.max_request = config.policy.max_request.value,
                  .max_connections = static_cast<size_t>(config.policy.max_connections)},
      .log = parts.log,
      .clock = clock,
      .counts = {},
      .answer = [](const PolicyRequest&) { return kAnswerDunno; }};
  std::vector<std::unique_ptr<Acceptor>> acceptors;
  for (Fd& listener : parts.policy_listeners) {
    acceptors.push_back(std::make_unique<Acceptor>(
        io, std::move(listener),
        [&service](StreamSocket socket) { ServePolicy(std::move(socket), service); }));
  }
  const auto control = [&](std::string_view command) {
    return command == "status" ? watcher.Status(service.counts)
                               : std::string("error=unknown command\n");
  };
  acceptors.push_back(std::make_unique<Acceptor>(
      io, std::move(parts.control_listener),
      [control](StreamSocket socket) { ServeControl(std::move(socket), control); }));
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&io](error_code, int) { io.stop(); });
  parts.log.Info("started: version " SPILLWAY_VERSION ", telemetry " + config.telemetry.file);
  sd_notify(0, "READY=1");
  io.run();
  sd_notify(0, "STOPPING=1");
  parts.log.Info("stopped");
  return EX_OK;
}

}  // namespace spillway
