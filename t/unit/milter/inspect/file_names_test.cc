// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/file_names.h"

#include <gtest/gtest.h>

#include "milter/inspect/inspection.h"

namespace spillway {
namespace {

using Names = std::vector<std::string>;

Names Of(std::string_view value) {
  Names names;
  AddFileNames("Content-Disposition", value, names);
  return names;
}

TEST(FileNames, PlainAndQuoted) {
  EXPECT_EQ(Of(" application/zip; name=a.zip"), Names{"a.zip"});
  EXPECT_EQ(Of("attachment;\r\n\tfilename=\"a \\\"b\\\"; c.zip\"; size=3"),
            Names{"a \"b\"; c.zip"});
  EXPECT_EQ(Of("attachment; FileName = x.exe ; foo=bar"), Names{"x.exe"});
  EXPECT_EQ(Of("attachment; filename=two words.exe"), Names{"two words.exe"});
}

TEST(FileNames, Rfc2231) {
  EXPECT_EQ(Of("attachment; filename*=utf-8'de'%e2%82%ac.exe"), Names{"\u20ac.exe"});
  EXPECT_EQ(Of("attachment; filename*0=inv; filename*1=oice.e; filename*2=xe"),
            Names{"invoice.exe"});
  EXPECT_EQ(Of("attachment; filename*0*=utf-8''a%20; filename*1*=b.exe"), Names{"a b.exe"});
}

TEST(FileNames, EncodedWords) {
  EXPECT_EQ(Of("x/y; name=\"=?utf-8?Q?a=2Eexe?=\""), (Names{"a.exe", "=?utf-8?Q?a=2Eexe?="}));
}

TEST(FileNames, PiecesInAnyOrderAndWithGaps) {
  EXPECT_EQ(Of("attachment; filename*1=l.js; filename*0=evi"), Names{"evil.js"});
  EXPECT_EQ(Of("attachment; filename*0=evil.js; filename*2=.txt"),
            (Names{"evil.js.txt", "evil.js"}));
  EXPECT_EQ(Of("attachment; filename*0=\"=?utf-8?Q?evil=2Ejs?=\""), Names{"evil.js"});
  EXPECT_EQ(Of("attachment; filename*=iso-2022-jp''evil.j%1B(Bs").at(0), "evil.js");
}

TEST(FileNames, WhatElseIsTakenForOne) {
  EXPECT_EQ(Of("attachment, filename=evil.js"), Names{"evil.js"});
  std::vector<std::string> names;
  AddFileNames("Content-Name", "a.js", names);
  AddFileNames("Subject", "name=b.js", names);
  EXPECT_EQ(names, Names{"a.js"});
}

TEST(FileNames, TheEndOfALongOne) {
  EXPECT_TRUE(Of("attachment; filename=" + std::string(2000, 'x') + ".js").at(0).ends_with(".js"));
}

TEST(FileNames, AllOfSeveral) {
  EXPECT_EQ(Of("attachment; filename=a.txt; filename=b.exe; filename*=''c.scr"),
            (Names{"a.txt", "b.exe", "c.scr"}));
}

TEST(FileNames, NoneAndBroken) {
  EXPECT_EQ(Of("text/plain"), Names{});
  EXPECT_EQ(Of("text/plain; name"), Names{});
  EXPECT_EQ(Of("text/plain; name="), Names{});
  EXPECT_EQ(Of("text/plain; name=\"a.exe"), Names{"a.exe"});
  EXPECT_EQ(Of("text/plain; surname=a.exe"), Names{});
  EXPECT_EQ(Of("a; name*=%zz%4"), Names{"%zz%4"});
}

TEST(FileNames, AreLimited) {
  std::string value = "x";
  for (int i = 0; i < 100; ++i) value += "; name=" + std::to_string(i);
  EXPECT_EQ(Of(value).size(), InspectionLimits::kNames);
  EXPECT_EQ(Of("x; name=" + std::string(10000, 'a'))[0].size(), InspectionLimits::kNameSize);
}

}  // namespace
}  // namespace spillway
