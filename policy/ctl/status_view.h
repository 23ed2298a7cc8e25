// SPDX-License-Identifier: BSD-2-Clause
// The status as people read it, and as programs do. Pure.
#pragma once

#include <string>

#include "policy/serve/metrics.h"

namespace spillway {

std::string StatusAsText(const StatusLines& lines);
// One object; numbers are numbers, everything else strings.
std::string StatusAsJson(const StatusLines& lines);

}  // namespace spillway
