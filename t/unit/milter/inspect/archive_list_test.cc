// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/archive_list.h"

#include <gtest/gtest.h>

#include "t/rig/archives.h"

namespace spillway {
namespace {

MimePart List(const std::string& content) {
  MimePart part;
  ListingRoom room;
  ListArchive(content, room, part);
  return part;
}

std::vector<std::string> Names(const MimePart& part) {
  std::vector<std::string> out;
  for (const ArchiveMember& member : part.members) out.push_back(member.name);
  return out;
}

const ArchiveFiles kFiles{{"read.me", "hello"}, {"dir/evil.exe", "MZ"}};
const std::vector<std::string> kNames{"read.me", "dir/evil.exe"};

TEST(ArchiveList, NamesOfEveryFormat) {
  for (const ArchiveForm& form :
       {ArchiveForm{}, ArchiveForm{archive_write_set_format_7zip},
        ArchiveForm{archive_write_set_format_pax_restricted, archive_write_add_filter_gzip},
        ArchiveForm{archive_write_set_format_ustar, archive_write_add_filter_xz},
        ArchiveForm{archive_write_set_format_cpio_newc, archive_write_add_filter_bzip2}}) {
    const MimePart part = List(MakeArchive(form, kFiles));
    EXPECT_EQ(Names(part), kNames);
    EXPECT_FALSE(part.encrypted);
    EXPECT_EQ(part.unreadable, "");
  }
}

TEST(ArchiveList, OneLevelOfArchivesInArchives) {
  const std::string inner = MakeArchive({}, {{"evil.exe", "MZ"}, {"x.zip", "PK"}});
  const ArchiveForm tar{archive_write_set_format_ustar, archive_write_add_filter_gzip};
  for (const ArchiveForm& form : {ArchiveForm{}, tar}) {
    const MimePart part = List(MakeArchive(form, {{"in.zip", inner}, {"b", "x"}}));
    EXPECT_EQ(Names(part),
              (std::vector<std::string>{"in.zip", "in.zip/evil.exe", "in.zip/x.zip", "b"}));
    EXPECT_EQ(part.unreadable, "");
  }
  EXPECT_EQ(Names(List(MakeArchive({}, {{"in.zip", "none"}}))), std::vector<std::string>{"in.zip"});
  const ArchiveForm secret{.options = "encryption=traditional", .password = "x"};
  EXPECT_TRUE(List(MakeArchive({}, {{"in.zip", MakeArchive(secret, kFiles)}})).encrypted);
}

TEST(ArchiveList, Encrypted) {
  const MimePart part =
      List(MakeArchive({.options = "zip:encryption=zipcrypt", .password = "x"}, kFiles));
  EXPECT_TRUE(part.encrypted);
  EXPECT_EQ(Names(part), kNames);
  EXPECT_TRUE(part.members[0].encrypted);
  EXPECT_EQ(part.unreadable, "");
}

TEST(ArchiveList, AFileThatIsOnlyCompressed) {
  const MimePart part = List(
      MakeArchive({archive_write_set_format_raw, archive_write_add_filter_gzip}, {{"x", "y"}}));
  EXPECT_TRUE(part.members.empty());
  EXPECT_EQ(part.unreadable, "");
}

TEST(ArchiveList, Broken) {
  const std::string zip = MakeArchive({}, kFiles);
  EXPECT_NE(List("PK\3\4 and nothing else that would be one").unreadable, "");
  const MimePart cut = List(zip.substr(0, zip.size() / 2));
  EXPECT_NE(cut.unreadable + (cut.members.size() < 2 ? "incomplete" : ""), "");
}

TEST(ArchiveList, ThatExplodes) {
  const ArchiveFiles zeros{{"zeros", std::string(64 << 20, '\0')}};
  const ArchiveForm form{archive_write_set_format_ustar, archive_write_add_filter_xz};
  EXPECT_EQ(List(MakeArchive(form, zeros)).unreadable, "an archive of too much");
  EXPECT_EQ(List(MakeArchive({}, zeros)).unreadable, "an archive of too much");
}

TEST(ArchiveList, OfTooManyNames) {
  ArchiveFiles many;
  for (int i = 0; i < 10002; ++i) many.emplace_back(std::to_string(i), "");
  const MimePart part = List(MakeArchive({}, many));
  EXPECT_EQ(part.unreadable, "an archive of too much");
  EXPECT_LE(part.members.size(), InspectionLimits::kMembers);
  EXPECT_GT(part.members.size(), InspectionLimits::kMembers / 2);
  ArchiveFiles few_but_long;
  for (int i = 0; i < 3000; ++i)
    few_but_long.emplace_back(std::string(900, 'x') + std::to_string(i), "");
  EXPECT_EQ(List(MakeArchive({}, few_but_long)).unreadable, "an archive of too much");
}

TEST(ArchiveList, NamesInUtf8) {
  PrepareArchives();
  const std::string name = "\u00dcbersicht.js";
  const std::string zip = MakeArchive({}, {{name, ""}});
  const MimePart part = List(zip);
  EXPECT_EQ(part.unreadable, "");
  ASSERT_EQ(part.members.size(), 1U);
  EXPECT_EQ(part.members[0].name, name);
}

TEST(ArchiveList, OfNothing) {
  EXPECT_EQ(
      List(MakeArchive({archive_write_set_format_raw, archive_write_add_filter_gzip}, {{"x", ""}}))
          .unreadable,
      "");
}

TEST(ArchiveList, TheEndOfALongName) {
  const MimePart part = List(MakeArchive({}, {{std::string(2000, 'x') + ".exe", ""}}));
  ASSERT_EQ(part.members.size(), 1U);
  EXPECT_TRUE(part.members[0].name.ends_with(".exe"));
}

TEST(ArchiveList, ASingleFileIsCalledAsItsArchive) {
  MimePart part;
  part.names = {"evil.exe.gz"};
  ListingRoom room;
  ListArchive(
      MakeArchive({archive_write_set_format_raw, archive_write_add_filter_gzip}, {{"x", "text"}}),
      room, part);
  ASSERT_EQ(part.members.size(), 1U);
  EXPECT_EQ(part.members[0].name, "evil.exe");
}

TEST(ArchiveList, SeveralHaveTheRoomOfOne) {
  const ArchiveFiles zeros{{"zeros", std::string(12 << 20, '\0')}};
  const std::string tar =
      MakeArchive({archive_write_set_format_ustar, archive_write_add_filter_gzip}, zeros);
  ListingRoom room{.unpacked = 30 << 20};
  int read = 0;
  for (int i = 0; i < 4; ++i) {
    MimePart part;
    ListArchive(tar, room, part);
    if (part.unreadable.empty()) ++read;
  }
  EXPECT_EQ(read, 2);
}

TEST(ArchiveList, NamesOfArchives) {
  EXPECT_TRUE(IsArchiveName("a.ZIP"));
  EXPECT_TRUE(IsArchiveName("b.tar.gz"));
  EXPECT_FALSE(IsArchiveName("zip"));
  EXPECT_TRUE(IsArchiveType("application/zip"));
  EXPECT_FALSE(IsArchiveType("application/pdf"));
}

}  // namespace
}  // namespace spillway
