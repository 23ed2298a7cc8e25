// SPDX-License-Identifier: BSD-2-Clause
// One thread: the policy service, the control socket, and the policyd's rounds.
#include "policy/run.h"

#include <sysexits.h>
#include <systemd/sd-daemon.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "policy/control.h"
#include "policy/serve/server.h"
#include "policy/watch/process_limit.h"

namespace spillway {

namespace {

using boost::system::error_code;

}  // namespace

int RunPolicyd(PolicydParts parts) {
  const Config& config = parts.config;
  const SystemClock clock;
  // What the connections share outlives them, and they end with the io_context.
  PolicyService service{
      .options = {.max_request = config.policy.max_request.value,
                  .max_connections = static_cast<size_t>(config.policy.max_connections)},
      .log = parts.log,
      .clock = clock,
      .counts = {},
      .answer = {}};
  boost::asio::io_context io(1);
  const ProcessLimit slots = FindProcessLimit(config.admission.slots);
  Policyd policyd(io, config, slots.count, clock, parts.log);
  service.answer = [&policyd](const PolicyRequest& request) { return policyd.Answer(request); };
  std::vector<std::unique_ptr<Acceptor>> acceptors;
  for (Fd& listener : parts.policy_listeners) {
    acceptors.push_back(std::make_unique<Acceptor>(
        io, std::move(listener),
        [&service](StreamSocket socket) { ServePolicy(std::move(socket), service); }));
  }
  const auto control = [&](std::string_view command) {
    return RunCommand(command, policyd, service.counts);
  };
  acceptors.push_back(std::make_unique<Acceptor>(
      io, std::move(parts.control_listener),
      [control](StreamSocket socket) { ServeControl(std::move(socket), control); }));
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&io](error_code, int) { io.stop(); });
  parts.log.Info("started: version " SPILLWAY_VERSION ", telemetry " + config.telemetry.file +
                 ", slots " + std::to_string(static_cast<int64_t>(slots.count)) + " (" +
                 slots.source + ")");
  policyd.Start();
  sd_notify(0, "READY=1");
  io.run();
  policyd.Stop();
  sd_notify(0, "STOPPING=1");
  parts.log.Info("stopped");
  return EX_OK;
}

}  // namespace spillway
