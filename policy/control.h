// SPDX-License-Identifier: BSD-2-Clause
// The commands of the control socket: one line in, "name=value" lines or the journal's text out.
#pragma once

#include <string>
#include <string_view>

#include "policy/policyd.h"
#include "policy/serve/metrics.h"

namespace spillway {

// "status" · "shed auto" · "shed open SECONDS" · "shed hold PERCENT SECONDS" · "clients N" ·
// "explain ADDRESS|USER" · "journal". An answer that begins with "error=" says what was wrong.
std::string RunCommand(std::string_view command, Policyd& policyd, const PolicyCounts& counts);

}  // namespace spillway
