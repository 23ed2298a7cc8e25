// SPDX-License-Identifier: BSD-2-Clause
// From the [log] section to the log.
#pragma once

#include "conf/config.h"
#include "milter/base/log.h"

namespace spillway {

Log::Options LogOptions(const Config& config, const char* ident);

}  // namespace spillway
