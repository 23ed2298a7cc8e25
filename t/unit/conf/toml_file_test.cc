// SPDX-License-Identifier: BSD-2-Clause
// What the configuration's own tests do not show: numbers, repeated sections, keys before the
// first.
#include "conf/toml_file.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

class TomlFileTest : public testing::Test {
 protected:
  std::vector<std::string> Read(const std::string& text) {
    const std::vector<TomlSection> sections = {
        {"", false,
         [this] {
           return std::vector<TomlKey>{{"ratio", &ratio_, 0, 2}};
         }},
        {"item", true, [this] {
           items_.push_back(std::make_unique<int64_t>(0));
           return std::vector<TomlKey>{{"size", items_.back().get(), 0, 9}};
         }}};
    return ReadToml(text, "f", sections);
  }
  double ratio_ = 1;
  std::vector<std::unique_ptr<int64_t>> items_;
};

TEST_F(TomlFileTest, NumbersMayBeWhole) {
  EXPECT_TRUE(Read("ratio = 2\n").empty());
  EXPECT_DOUBLE_EQ(ratio_, 2);
  EXPECT_TRUE(Read("ratio = 0.5\n").empty());
  EXPECT_DOUBLE_EQ(ratio_, 0.5);
  EXPECT_EQ(Read("ratio = 2.5\n"),
            std::vector<std::string>{"f:1:9: \"ratio\" is 2.5, expected 0 to 2"});
  EXPECT_EQ(Read("ratio = true\n").size(), 1U);
}

TEST_F(TomlFileTest, RepeatedSectionsAreReadInOrder) {
  EXPECT_TRUE(Read("[[item]]\nsize = 1\n[[item]]\nsize = 2\n").empty());
  ASSERT_EQ(items_.size(), 2U);
  EXPECT_EQ(*items_[0], 1);
  EXPECT_EQ(*items_[1], 2);
}

TEST_F(TomlFileTest, WrongKindOfSectionIsSaid) {
  EXPECT_EQ(Read("[item]\nsize = 1\n"),
            std::vector<std::string>{"f:1:1: \"item\" is a section, expected [[item]]"});
  EXPECT_EQ(Read("item = 3\n").size(), 1U);
}

TEST_F(TomlFileTest, FileThatIsNotThereIsAnError) {
  std::vector<std::string> errors;
  EXPECT_EQ(ReadTextFile("/nonexistent/f", errors), "");
  EXPECT_EQ(errors.size(), 1U);
  ReadTextFile("/", errors);
  EXPECT_EQ(errors.back(), "/: cannot be read: it is a directory");
}

}  // namespace
}  // namespace spillway
