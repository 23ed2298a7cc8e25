// SPDX-License-Identifier: BSD-2-Clause
// spillwayctl test-message: what the filter would do with a message, and why.
#pragma once

#include "milter/dry_run.h"
#include "policy/ctl/commands.h"

namespace spillway {

// Leaves the exit status 0, 66 for a file that cannot be read, 69 when a check cannot be set up, 78
// for a bad configuration.
void AddTestMessage(CLI::App& app, const CtlOptions& options, int& status);

// For people: each check, what would be done, the reply and the fields.
std::string DryRunAsText(const DryRun& dry);

}  // namespace spillway
