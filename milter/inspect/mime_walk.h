// SPDX-License-Identifier: BSD-2-Clause
// Takes a message apart (RFC 2045, 2046) and looks at every part.
#pragma once

#include <string>
#include <string_view>

#include "milter/inspect/file_type.h"
#include "milter/inspect/inspection.h"

namespace spillway {

// `message` is header and body, and may be cut off. Bounded in depth and number of parts, but not
// in memory and time: that is the sandbox's. Not thread-safe with the same `types`.
Inspection Inspect(std::string_view message, const FileTypes& types, InspectionWish wish = {});

}  // namespace spillway
