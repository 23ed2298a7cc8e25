// SPDX-License-Identifier: BSD-2-Clause
#include "milter/check/attachment_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spillway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Texts(const Inspection& inspection,
                               const AttachmentsOptions& options = {}) {
  std::vector<std::string> out;
  for (const AttachmentFinding& finding : AttachmentPolicy(options).Judge(inspection))
    out.push_back(finding.text);
  return out;
}

std::vector<std::string> Named(const std::string& name) {
  return Texts({.parts = {{.path = "1.2", .names = {name}}}});
}

TEST(AttachmentPolicy, NamesThatOnlyLookBad) {
  EXPECT_THAT(Named("logo@example.com"), IsEmpty());
  EXPECT_THAT(Named("\u0646\u0627\u0645\u0647\u200c\u0647\u0627.pdf"), IsEmpty());
}

TEST(AttachmentPolicy, ReadsNamesAsTheirSystemsDo) {
  EXPECT_EQ(ReadFileName("A.EXE").extension, "exe");
  EXPECT_EQ(ReadFileName("a.exe. . ").extension, "exe");
  EXPECT_EQ(ReadFileName("a.exe::$DATA").extension, "exe");
  EXPECT_EQ(ReadFileName("dir.d/a").extension, "");
  EXPECT_EQ(ReadFileName("c:\\x\\a.scr").extension, "scr");
  EXPECT_EQ(ReadFileName(std::string("a.exe\0.txt", 10)).extension, "exe");
  EXPECT_EQ(ReadFileName("a.pdf.exe").before, "pdf");
  EXPECT_EQ(ReadFileName("a.ex\u200be").extension, "exe");
  EXPECT_EQ(ReadFileName("").extension, "");
}

TEST(AttachmentPolicy, Names) {
  EXPECT_THAT(Named("setup.exe"), ElementsAre("forbidden name \"setup.exe\" (1.2)"));
  EXPECT_THAT(Named("exe"), IsEmpty());
  EXPECT_THAT(Named("report.pdf"), IsEmpty());
  EXPECT_THAT(Named("report.2026.11.pdf"), IsEmpty());
  EXPECT_THAT(Named("report.pdf.zip"), IsEmpty());
  EXPECT_THAT(Named("photo.jpg.html"), ElementsAre("misleading name \"photo.jpg.html\" (1.2)"));
  EXPECT_EQ(Named("invoice.pdf.exe").size(), 2U);
  EXPECT_EQ(Named("report\u202efdp.txt").size(), 1U);
  EXPECT_EQ(Named("a.pdf         .html").size(), 1U);
}

TEST(AttachmentPolicy, NamesAreMadeSafe) {
  EXPECT_THAT(Named("a\r\nX: \"y\".exe"),
              ElementsAre("forbidden name \"a\\x0d\\x0aX: 'y'.exe\" (1.2)"));
}

TEST(AttachmentPolicy, Types) {
  EXPECT_THAT(Texts({.parts = {{.path = "1",
                                .declared_type = "image/png",
                                .found_type = "application/x-dosexec"}}}),
              ElementsAre("forbidden type application/x-dosexec (1)"));
  EXPECT_THAT(Texts({.parts = {{.path = "1", .declared_type = "message/partial"}}}),
              ElementsAre("forbidden type message/partial (1)"));
  AttachmentsOptions options;
  options.forbidden_types = {"video/*"};
  EXPECT_EQ(Texts({.parts = {{.declared_type = "video/mp4"}}}, options).size(), 1U);
  EXPECT_THAT(Texts({.parts = {{.declared_type = "videos/mp4"}}}, options), IsEmpty());
}

TEST(AttachmentPolicy, Archives) {
  EXPECT_THAT(Texts({.parts = {{.path = "1.1",
                                .encrypted = true,

                                .members = {{"a.txt"}, {"x/b.exe"}, {"c.exe"}, {"d.zip"}}}}}),
              ElementsAre("forbidden name \"x/b.exe\" in an archive (1.1)",
                          "archive \"d.zip\" in an archive (1.1)", "encrypted (1.1)"));
}

TEST(AttachmentPolicy, TheRest) {
  EXPECT_THAT(Texts({.parts = {{.path = "1", .macros = true}, {.path = "2", .unreadable = "torn"}},
                     .ambiguities = {"NUL octets"},
                     .unreadable = "too many parts"}),
              ElementsAre("not looked into: too many parts", "ambiguous: NUL octets", "macros (1)",
                          "not looked into: torn (2)"));
}

TEST(AttachmentPolicy, WhatIsDone) {
  AttachmentsOptions options;
  options.on_macros = "tempfail";
  const auto found =
      AttachmentPolicy(options).Judge({.parts = {{.names = {"a.exe"}, .macros = true}}});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].wish, Wish::kReject);
  EXPECT_EQ(found[1].wish, Wish::kTempfail);
}

}  // namespace
}  // namespace spillway
