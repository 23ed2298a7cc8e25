// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/enclosed_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "t/rig/cpu_time.h"
#include "t/rig/tnef.h"

namespace spillway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "NAME=CONTENT" or "NAME!COMPLAINT" of each.
std::vector<std::string> Shown(const std::vector<EnclosedFile>& files) {
  std::vector<std::string> out;
  for (const EnclosedFile& file : files)
    out.push_back(file.name +
                  (file.unreadable.empty() ? "=" + file.content : "!" + file.unreadable));
  return out;
}

TEST(FilesInText, OfEachKind) {
  EXPECT_THAT(Shown(FilesInText("Hi\r\n\r\nbegin 644 a.exe\r\n#0V%T\r\n`\r\nend\r\nbye\r\n")),
              ElementsAre("a.exe=Cat"));
  EXPECT_THAT(Shown(FilesInText("begin-base64 0755 b c.com\nQ2F0\n====\n")),
              ElementsAre("b c.com=Cat"));
  EXPECT_THAT(Shown(FilesInText("=ybegin line=128 size=3 name=a b.exe\r\nm\x8b\x9e\r\n=yend\r\n")),
              ElementsAre("a b.exe!a file in yEnc"));
}

TEST(FilesInText, OneEndsWhereTheNextBegins) {
  EXPECT_THAT(Shown(FilesInText("begin 644 a\n#0V%T\nbegin 644 b\n#0V%T\n`\nend\n")),
              ElementsAre("a=Cat", "b=Cat"));
  EXPECT_THAT(Shown(FilesInText("begin 644 a\n#0V%T")), ElementsAre("a=Cat"));
}

TEST(FilesInText, WordsAreNoFile) {
  for (const char* text : {"begin again\n", "I begin 644 times\n", "begin 64 x\n", "begin 644",
                           "begin-base64 again\n", "=ybegin line=128\n", ""})
    EXPECT_THAT(Shown(FilesInText(text)), IsEmpty()) << text;
}

TEST(FilesInText, TakeATimeLinearInTheText) {
  std::string text;
  while (text.size() < 1000000) text += "begin 644 a\n";
  const double start = ThreadMicroseconds();
  EXPECT_FALSE(FilesInText(text).empty());
  EXPECT_LT(ThreadMicroseconds() - start, 1e6);
}

TEST(FilesInTnef, NamesAndContents) {
  const std::string stream =
      Tnef({TnefFile{.title = "SETUP~1.EXE", .data = "MZ", .long_name = "set up.exe"},
            TnefFile{.title = "notes.txt", .data = "hello"}});
  EXPECT_TRUE(IsTnef(stream));
  EXPECT_THAT(Shown(FilesInTnef(stream)), ElementsAre("set up.exe=MZ", "notes.txt=hello"));
}

TEST(FilesInTnef, OfAMessageWithin) {
  const std::string inner = Tnef({TnefFile{.title = "evil.js", .data = "x"}});
  const std::string stream = Tnef({TnefFile{.title = "mail", .object = inner}});
  EXPECT_THAT(Shown(FilesInTnef(stream)), ElementsAre("mail=", "evil.js=x"));
  std::string deep = inner;
  for (int i = 0; i < 20; ++i) deep = Tnef({TnefFile{.title = "mail", .object = deep}});
  EXPECT_EQ(Shown(FilesInTnef(deep)).back(), "!broken TNEF");
}

TEST(FilesInTnef, BrokenOnesAreSaidToBe) {
  const std::string stream = Tnef({TnefFile{.title = "a", .data = "b", .long_name = "c"}});
  for (size_t size = 0; size < stream.size(); ++size) {
    const auto files = FilesInTnef(stream.substr(0, size));
    // Between two attributes it may as well be whole.
    if (!files.empty() && files.back().unreadable.empty()) continue;
    EXPECT_TRUE(files.empty() || files.back().unreadable == "broken TNEF") << size;
  }
  EXPECT_FALSE(IsTnef("x"));
}

}  // namespace
}  // namespace spillway
