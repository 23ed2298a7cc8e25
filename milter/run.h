// SPDX-License-Identifier: BSD-2-Clause
// The daemon as a function: main.cc builds its arguments, the in-process tests call it with their
// own.
#pragma once

#include "milter/base/fd.h"
#include "milter/base/log.h"
#include "milter/generation.h"

namespace spillway {

struct MilterParts {
  GenerationPtr generation;
  Log& log;
  const Clock& clock;
  const Fd& listener;
};

// Serves until SIGTERM or SIGINT. Returns the exit status: 0, or 69 (EX_UNAVAILABLE) when libmilter
// failed. Throws std::exception for what cannot be set up.
int RunMilter(const MilterParts& parts);

}  // namespace spillway
