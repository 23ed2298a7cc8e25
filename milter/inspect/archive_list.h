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

// Names are read in UTF-8, for which libarchive goes by the process's locale. Before any thread,
// and before there are no more files.
void PrepareArchives();

// What may still be listed of a message's archives.
struct ListingRoom {
  size_t names = InspectionLimits::kMemberNames;    // octets
  uint64_t unpacked = InspectionLimits::kUnpacked;  // octets
};

// Fills members, encrypted and unreadable of `part`; `room` becomes less. An archive of more, or
// one that makes more than InspectionLimits::kUnpacked octets, or a thousand times its size, is
// unreadable.
void ListArchive(std::string_view content, ListingRoom& room, MimePart& part);

}  // namespace spillway
