// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/office.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

// The name of a directory entry, as [MS-CFB] has it.
std::string Entry(std::string_view name) {
  std::string out;
  for (const char c : name) out += {c, '\0'};
  out.resize(64);
  return out;
}

MimePart Ole(const std::string& entries) {
  MimePart part;
  LookIntoOle("\xd0\xcf\x11\xe0" + std::string(508, 'x') + entries, part);
  return part;
}

TEST(Office, OleWithMacros) {
  const MimePart part = Ole(Entry("WordDocument") + Entry("Macros") + Entry("_VBA_PROJECT"));
  EXPECT_TRUE(part.macros);
  EXPECT_FALSE(part.encrypted);
  EXPECT_EQ(part.found_type, "application/msword");
}

TEST(Office, OleNamesInAnyCase) {
  EXPECT_TRUE(Ole(Entry("worddocument") + Entry("_vba_project")).macros);
}

TEST(Office, PresentationsPackTheirMacros) {
  std::string atom("\x02\x00\x00\x04\x0c\x00\x00\x00\x07\x00\x00\x00\x01\x00\x00\x00", 16);
  EXPECT_TRUE(Ole(Entry("PowerPoint Document") + atom).macros);
  atom[12] = 0;
  EXPECT_FALSE(Ole(Entry("PowerPoint Document") + atom).macros);
}

TEST(Office, OleWithout) {
  const MimePart part = Ole(Entry("Workbook") + Entry("VBA_PROJECTION"));
  EXPECT_FALSE(part.macros);
  EXPECT_EQ(part.found_type, "application/vnd.ms-excel");
  EXPECT_TRUE(Ole(Entry("EncryptedPackage")).encrypted);
}

TEST(Office, Zip) {
  MimePart part{.found_type = "application/zip",
                .members = {{"[Content_Types].xml"}, {"word/document.xml"}}};
  LookIntoOfficeZip(part);
  EXPECT_FALSE(part.macros);
  EXPECT_EQ(part.found_type, "application/vnd.openxmlformats-officedocument");
  part.members.push_back({"word/vbaProject.bin"});
  LookIntoOfficeZip(part);
  EXPECT_TRUE(part.macros);
  EXPECT_EQ(part.members.size(), 3U);
}

TEST(Office, MessagesOfOutlookWithAttachments) {
  const auto name = [](std::string_view text) {
    std::string out;
    for (const char c : text) out += {c, '\0'};
    return out + std::string(2, '\0');
  };
  MimePart part;
  LookIntoOle(name("__nameid_version1.0"), part);
  EXPECT_EQ(part.found_type, "application/vnd.ms-outlook");
  EXPECT_EQ(part.unreadable, "");
  LookIntoOle(name("__nameid_version1.0") + name("__attach_version1.0_#00000000"), part);
  EXPECT_EQ(part.unreadable, "the attachments of an Outlook message");
}

TEST(Office, PagesOfOneNoteWithFiles) {
  MimePart part;
  LookIntoOneNote("a page", part);
  EXPECT_EQ(part.unreadable, "");
  LookIntoOneNote("a page\xe7\x16\xe3\xbd\x65\x26\x11\x45\xa4\xc4\x8d\x4d\x0b\x7a\x9e\xac", part);
  EXPECT_EQ(part.unreadable, "the files in a OneNote page");
}

TEST(Office, MacroSheets) {
  MimePart part{.members = {{"[Content_Types].xml"}, {"xl/macrosheets/sheet1.xml"}}};
  LookIntoOfficeZip(part);
  EXPECT_TRUE(part.macros);
}

}  // namespace
}  // namespace spillway
