// SPDX-License-Identifier: BSD-2-Clause
// Office documents: do they have macros, do they want a password?
#pragma once

#include <string_view>

#include "milter/inspect/inspection.h"

namespace spillway {

// A file in OLE's compound format ([MS-CFB]): sets macros ([MS-OVBA]: a _VBA_PROJECT stream) and
// encrypted ([MS-OFFCRYPTO]) by the names in its directory, and found_type. A message of Outlook's
// with attachments is unreadable.
void LookIntoOle(std::string_view content, MimePart& part);

// A page of OneNote: unreadable, if there are files in it.
void LookIntoOneNote(std::string_view content, MimePart& part);

// A zip whose members are listed: sets macros when it is an Office file (ECMA-376) with a VBA
// project or a macro sheet, and found_type.
void LookIntoOfficeZip(MimePart& part);

}  // namespace spillway
