// SPDX-License-Identifier: BSD-2-Clause
// The policy daemon as a function: main.cc builds its arguments.
#pragma once

#include <vector>

#include "conf/config.h"
#include "milter/base/fd.h"
#include "milter/base/log.h"

namespace spillway {

struct PolicydParts {
  const Config& config;
  Log& log;
  std::vector<Fd> policy_listeners;
  Fd control_listener;
};

// Serves until SIGTERM or SIGINT; returns the exit status. Throws std::exception for what cannot be
// set up.
int RunPolicyd(PolicydParts parts);

}  // namespace spillway
