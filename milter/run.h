// SPDX-License-Identifier: BSD-2-Clause
// The daemon as a function: main.cc builds its arguments, the in-process tests call it with their
// own.
#pragma once

#include "conf/config.h"
#include "milter/base/fd.h"
#include "milter/base/log.h"
#include "milter/engine.h"

namespace spillway {

struct MilterParts {
  const Config& config;  // authserv_id filled in
  Log& log;
  const Fd& listener;
  MakeChecksFunction make_checks = MakeChecks;
};

// Serves until SIGTERM or SIGINT. Returns the exit status: 0, or 69 (EX_UNAVAILABLE) when libmilter
// failed. Throws std::exception for what cannot be set up.
int RunMilter(const MilterParts& parts);

}  // namespace spillway
