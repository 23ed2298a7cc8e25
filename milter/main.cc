// SPDX-License-Identifier: BSD-2-Clause
// spillway-milter: the filter that Postfix and Sendmail talk to.
#include <sysexits.h>

#include <csignal>
#include <exception>

#include "conf/command_line.h"
#include "conf/config_error.h"
#include "conf/log_options.h"
#include "milter/base/listener.h"
#include "milter/base/memory.h"
#include "milter/run.h"

namespace {

// Call before any thread starts: libmilter waits for these signals in a thread of its own, and a
// signal delivered to another thread that does not block it would kill the process.
void BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGHUP, SIGTERM, SIGINT, SIGPIPE}) sigaddset(&signals, signal);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace spillway;
  BlockSignals();
  KeepMemory();
  const CommandLine line =
      ParseCommandLine(argc, argv, "Milter that checks mail inside a time budget");
  if (line.exit_status) return *line.exit_status;
  const Config& config = line.config;
  Log log(LogOptions(config, "spillway-milter"));
  const SystemClock clock;
  try {
    const auto generation = std::make_shared<const Generation>(config, log, clock);
    if (line.test) return Good(line);
    const Fd listener = Listen(Endpoint::Parse(config.milter.socket).value(),
                               config.milter.socket_mode, config.milter.socket_group);
    return RunMilter({generation, log, clock, listener});
  } catch (const ConfigError& error) {
    if (!line.test) log.Error(std::string("cannot start: ") + error.what());
    return Bad(error.errors());
  } catch (const std::exception& error) {
    log.Error(std::string("cannot run: ") + error.what());
    return EX_OSERR;
  }
}
