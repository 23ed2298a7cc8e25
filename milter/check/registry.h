// SPDX-License-Identifier: BSD-2-Clause
// The list of checks. Check names, sections of the configuration, rows of the telemetry and the
// names that rules may use come from it.
#pragma once

#include "milter/check/check.h"

namespace spillway {

// The names of those that run before `name`; of all when there is none of that name.
std::vector<std::string_view> CheckNamesBefore(std::string_view name);

// The enabled checks in running order. Throws ConfigError with all that is wrong, and
// std::runtime_error when a library cannot be set up.
CheckTypes MakeChecks(const Config& config, const CheckServices& services);
// One of them; null when it does not run.
std::unique_ptr<CheckType> MakeCheck(std::string_view name, const Config& config,
                                     const CheckServices& services);

}  // namespace spillway
