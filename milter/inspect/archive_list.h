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

// Sets the process's locale, from which libarchive takes the charset of names, to UTF-8. Call
// before any thread starts, and before the sandbox closes.
void PrepareArchives();

// What may still be listed of a message's archives.
struct ListingRoom {
  size_t names = InspectionLimits::kMemberNames;    // octets
  uint64_t unpacked = InspectionLimits::kUnpacked;  // octets
};

// Fills members, encrypted and unreadable of `part`, and takes what it used off `room`. An archive
// is unreadable if `room` is too small for it, if it unpacks to more than
// InspectionLimits::kUnpacked octets, or if it unpacks to over 16 MiB and over a thousand times its
// size. Of an archive in it the members are listed, too, as "OUTER/INNER".
void ListArchive(std::string_view content, ListingRoom& room, MimePart& part);

}  // namespace spillway
