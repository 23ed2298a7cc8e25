// SPDX-License-Identifier: BSD-2-Clause
// The names in an archive. Nothing is unpacked but what must be to get from one name to the next.
#pragma once

#include <string_view>

#include "milter/inspect/inspection.h"

namespace spillway {

// Is it one that ListArchive() knows, by its media type or, for what is in a further archive, by
// the end of its name?
bool IsArchiveType(std::string_view type);
bool IsArchiveName(std::string_view name);

// Fills members, encrypted and unreadable of `part`. An archive that makes more than
// InspectionLimits::kUnpacked octets, or a thousand times its size, is unreadable.
void ListArchive(std::string_view content, MimePart& part);

}  // namespace spillway
