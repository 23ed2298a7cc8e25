// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/office.h"

#include <algorithm>

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

bool Has(std::string_view content, std::string_view name) {
  return content.find(DirectoryName(name)) != std::string_view::npos;
}

}  // namespace

void LookIntoOle(std::string_view content, MimePart& part) {
  part.macros = Has(content, "_VBA_PROJECT") || Has(content, "_VBA_PROJECT_CUR");
  part.encrypted = Has(content, "EncryptedPackage");
  if (Has(content, "WordDocument")) part.found_type = "application/msword";
  if (Has(content, "Workbook") || Has(content, "Book"))
    part.found_type = "application/vnd.ms-excel";
  if (Has(content, "PowerPoint Document")) part.found_type = "application/vnd.ms-powerpoint";
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
