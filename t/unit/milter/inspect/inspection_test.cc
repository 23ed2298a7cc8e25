// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/inspection.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(Inspection, ComesThroughTheChannel) {
  Inspection in;
  in.ambiguities = {"several fields Content-Type", "NUL octets"};
  in.unreadable = "too many parts";
  in.parts.push_back({.path = "1.1", .declared_type = "text/plain", .found_type = "text/plain"});
  in.parts.push_back({.path = "1.2",
                      .declared_type = "application/zip",
                      .found_type = "application/zip",
                      .names = {"a.zip", std::string("b\0c", 3)},
                      .size = 12345678901,
                      .encrypted = true,
                      .macros = true,
                      .unreadable = "broken",
                      .members = {{"x.exe", true}, {"", false}}});
  const auto out = DecodeInspection(Encode(in));
  ASSERT_TRUE(out);
  EXPECT_EQ(out->ambiguities, in.ambiguities);
  EXPECT_EQ(out->unreadable, in.unreadable);
  ASSERT_EQ(out->parts.size(), 2U);
  EXPECT_EQ(out->parts[0].path, "1.1");
  EXPECT_FALSE(out->parts[0].encrypted);
  const MimePart& part = out->parts[1];
  EXPECT_EQ(part.declared_type, "application/zip");
  EXPECT_EQ(part.found_type, "application/zip");
  EXPECT_EQ(part.names, in.parts[1].names);
  EXPECT_EQ(part.size, 12345678901U);
  EXPECT_TRUE(part.encrypted && part.macros);
  EXPECT_EQ(part.unreadable, "broken");
  ASSERT_EQ(part.members.size(), 2U);
  EXPECT_EQ(part.members[0].name, "x.exe");
  EXPECT_TRUE(part.members[0].encrypted);
  EXPECT_FALSE(part.members[1].encrypted);
}

TEST(Inspection, OfAnEmptyMessage) {
  const auto out = DecodeInspection(Encode({}));
  ASSERT_TRUE(out);
  EXPECT_TRUE(out->parts.empty());
}

TEST(Inspection, WhatEncodeDoesNotWriteIsRefused) {
  for (const std::string_view bad :
       {std::string_view("P"),
        std::string_view("P\0\0\0\x09"
                         "1",
                         6),
        std::string_view("Z\0\0\0\0", 5), std::string_view("n\0\0\0\0", 5),
        std::string_view("P\xff\xff\xff\xff", 5)})
    EXPECT_FALSE(DecodeInspection(bad));
  std::string parts;
  for (size_t i = 0; i <= InspectionLimits::kParts; ++i) parts += std::string("P\0\0\0\0", 5);
  EXPECT_FALSE(DecodeInspection(parts));
}

}  // namespace
}  // namespace spillway
