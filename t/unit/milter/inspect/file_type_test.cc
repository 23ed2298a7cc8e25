// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/file_type.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using std::string_view_literals::operator""sv;

TEST(FileTypes, ByTheNumberAtTheBeginning) {
  const FileTypes types;
  EXPECT_EQ(types.Of("MZ\x90\0"sv), "application/x-dosexec");
  EXPECT_EQ(types.Of("\x7f"
                     "ELF\2"sv),
            "application/x-executable");
  EXPECT_EQ(types.Of("#!/bin/sh\n"), "text/x-script");
  EXPECT_EQ(types.Of("PK\3\4rest"), "application/zip");
  EXPECT_EQ(types.Of("%PDF-1.7\n"), "application/pdf");
  EXPECT_EQ(types.Of(std::string(257, '\0') + "ustar"), "application/x-tar");
}

TEST(FileTypes, TextIsText) {
  const FileTypes types;
  EXPECT_EQ(types.Of("Dear all,\r\n\tgr\xc3\xbc\xc3\x9f"
                     "e\r\n"),
            "text/plain");
  EXPECT_EQ(types.Of("\xff\xfe latin one"), "text/plain");
  EXPECT_EQ(types.Of(""), "");
}

TEST(FileTypes, TheRestIsLibmagics) {
  const FileTypes types;
  EXPECT_EQ(types.Of("RIFF\x24\0\0\0WAVEfmt "sv), "audio/x-wav");
  EXPECT_EQ(types.Of("\1\2\3\4\5\6"), "application/octet-stream");
}

}  // namespace
}  // namespace spillway
