// SPDX-License-Identifier: BSD-2-Clause
// spillwayctl: what the administrator asks the daemons.
#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "conf/command_line.h"
#include "policy/ctl/commands.h"
#include "policy/ctl/dkim.h"
#include "policy/ctl/forecast.h"
#include "policy/ctl/plain_output.h"
#include "policy/ctl/simulate.h"
#include "policy/ctl/test_message.h"

int main(int argc, char** argv) {
  using namespace spillway;
  const PlainOutput plain_output(std::cout);
  const PlainOutput plain_errors(std::cerr);
  CtlOptions options;
  CLI::App app("Asks the Spillway daemons");
  app.add_option("-c,--config", options.config,
                 "configuration file (default " + options.config + ")");
  app.set_version_flag("-V,--version", SPILLWAY_VERSION);
  app.require_subcommand(1);
  int status = EX_OK;
  AddCommands(app, options, status);
  AddDkim(app, options, status);
  AddForecast(app, options, status);
  AddSimulate(app, status);
  AddTestMessage(app, options, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EX_OK : EX_USAGE;
  }
  return status;
}
