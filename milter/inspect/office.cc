// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/office.h"

#include "milter/mail/header.h"

namespace spillway {

namespace {

// As a directory entry has it: UTF-16, little end first, with the NUL that ends it. An entry never
// goes over the border of a sector, so that it stands in the file in one piece.
std::string DirectoryName(std::string_view name) {
  std::string out;
  for (const char c : name) out += {c, '\0'};
  return out + std::string(2, '\0');
}

// [MS-PPT] 2.4.11, VbaInfoAtom: macros of a presentation are packed into its document, and this
// says that there are some.
bool PresentationHasMacros(std::string_view content) {
  constexpr std::string_view kAtom("\x02\x00\x00\x04\x0c\x00\x00\x00", 8);
  constexpr size_t kHasMacros = 12;  // behind the reference
  for (size_t at = 0; (at = content.find(kAtom, at)) != std::string_view::npos; ++at) {
    if (at + kHasMacros < content.size() && content[at + kHasMacros] == 1) return true;
  }
  return false;
}

// [MS-OXMSG]: a message that Outlook saved.
void LookIntoOutlook(bool has_attachments, MimePart& part) {
  part.found_type = "application/vnd.ms-outlook";
  if (has_attachments) part.unreadable = "the attachments of an Outlook message";
}

}  // namespace

void LookIntoOneNote(std::string_view content, MimePart& part) {
  // [MS-ONESTORE] 2.6.13, FileDataStoreObject: a file in a notebook begins with it.
  constexpr std::string_view kFile(
      "\xe7\x16\xe3\xbd\x65\x26\x11\x45\xa4\xc4\x8d\x4d\x0b\x7a\x9e\xac", 16);
  if (content.find(kFile) != std::string_view::npos)
    part.unreadable = "the files in a OneNote page";
}

void LookIntoOle(std::string_view content, MimePart& part) {
  // Windows does not tell apart upper and lower case there.
  const std::string lower = ToLower(content);
  const auto has = [&](std::string_view name) {
    return lower.find(DirectoryName(ToLower(name))) != std::string::npos;
  };
  part.macros = has("_VBA_PROJECT") || has("_VBA_PROJECT_CUR");
  part.encrypted = has("EncryptedPackage");
  if (has("WordDocument")) part.found_type = "application/msword";
  if (has("Workbook") || has("Book")) part.found_type = "application/vnd.ms-excel";
  if (has("__nameid_version1.0")) LookIntoOutlook(has("__attach_version1.0_#00000000"), part);
  if (!has("PowerPoint Document")) return;
  part.found_type = "application/vnd.ms-powerpoint";
  part.macros = part.macros || PresentationHasMacros(content);
}

void LookIntoOfficeZip(MimePart& part) {
  bool office = false;
  for (const ArchiveMember& member : part.members) {
    const std::string name = ToLower(member.name);
    office = office || name == "[content_types].xml";
    part.macros = part.macros || name.ends_with("vbaproject.bin") ||
                  name.find("xl/macrosheets/") != std::string::npos;
  }
  if (office) part.found_type = "application/vnd.openxmlformats-officedocument";
}

}  // namespace spillway
