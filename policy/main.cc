// SPDX-License-Identifier: BSD-2-Clause
// spillway-policyd: the policy daemon that Postfix asks about each connection.
#include <sysexits.h>

#include <csignal>
#include <exception>

#include "conf/command_line.h"
#include "conf/log_options.h"
#include "milter/base/listener.h"
#include "policy/run.h"

namespace {

constexpr const char* kControlMode = "0600";

}  // namespace

int main(int argc, char** argv) {
  using namespace spillway;
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  const CommandLine line =
      ParseCommandLine(argc, argv, "Policy daemon that watches spillway-milter");
  if (line.exit_status) return *line.exit_status;
  if (line.test) return Good(line);
  const Config& config = line.config;
  Log log(LogOptions(config, "spillway-policyd"));
  try {
    PolicydParts parts{
        .config = config, .log = log, .policy_listeners = {}, .control_listener = {}};
    for (const std::string& address : config.policy.listen) {
      parts.policy_listeners.push_back(Listen(
          Endpoint::Parse(address).value(), config.policy.socket_mode, config.policy.socket_group));
    }
    parts.control_listener = Listen({.path = config.policy.control}, kControlMode, "");
    return RunPolicyd(std::move(parts));
  } catch (const std::exception& error) {
    log.Error(std::string("cannot run: ") + error.what());
    return EX_OSERR;
  }
}
