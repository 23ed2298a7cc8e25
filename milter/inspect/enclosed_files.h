// SPDX-License-Identifier: BSD-2-Clause
// Files within a part, by ways that are older than MIME or beside it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spillway {

struct EnclosedFile {
  std::string name;
  std::string content;     // decoded
  std::string unreadable;  // why there is none
};

// The files in a text: uuencoded ("begin 644 NAME", POSIX), "begin-base64", and, without their
// content, in yEnc ("=ybegin"). What follows such a line belongs to it up to its end or the next.
// One more than InspectionLimits::kParts at most.
std::vector<EnclosedFile> FilesInText(std::string_view text);

// The attachments of a TNEF stream, "winmail.dat" ([MS-OXTNEF]), and those of messages attached to
// it. A stream that is broken gives what stands before, and a last file that is unreadable.
std::vector<EnclosedFile> FilesInTnef(std::string_view content);
bool IsTnef(std::string_view content);

}  // namespace spillway
