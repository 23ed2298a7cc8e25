// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/mime_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "milter/inspect/complexity.h"
#include "t/rig/archives.h"
#include "t/rig/tnef.h"

namespace spillway {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kTop = "From: a@example.org\r\nMIME-Version: 1.0\r\n";

Inspection Of(const std::string& rest) {
  static const FileTypes types;
  return Inspect(std::string(kTop) + rest, types);
}

std::string Mixed(const std::string& parts) {
  return "Content-Type: multipart/mixed; boundary=a\r\n\r\n" + parts + "--a--\r\n";
}

std::string Base64(std::string_view data) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : data) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out += kDigits[(bits >> (count - 6)) & 63U];
  }
  if (count > 0) out += kDigits[(bits << (6 - count)) & 63U];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

TEST(MimeWalk, PlainText) {
  const Inspection found = Of("\r\nHello\r\n");
  ASSERT_EQ(found.parts.size(), 1U);
  EXPECT_EQ(found.parts[0].path, "1");
  EXPECT_EQ(found.parts[0].declared_type, "text/plain");
  EXPECT_EQ(found.parts[0].found_type, "text/plain");
  EXPECT_EQ(found.parts[0].size, 7U);
  EXPECT_THAT(found.ambiguities, IsEmpty());
  EXPECT_EQ(found.unreadable, "");
}

TEST(MimeWalk, TheTree) {
  const Inspection found =
      Of(Mixed("--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
               "--b\r\n\r\ntext\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>\r\n--b--\r\n"
               "--a\r\nContent-Type: application/x-thing; name=a.exe\r\n"
               "Content-Transfer-Encoding: base64\r\n\r\nTVqQAA==\r\n"
               "--a\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninside\r\n"));
  std::vector<std::string> paths;
  for (const MimePart& part : found.parts) paths.push_back(part.path);
  EXPECT_THAT(paths, ElementsAre("1.1.1", "1.1.2", "1.2", "1.3.1"));
  EXPECT_EQ(found.parts[1].declared_type, "text/html");
  EXPECT_EQ(found.parts[2].found_type, "application/x-dosexec");
  EXPECT_THAT(found.parts[2].names, ElementsAre("a.exe"));
  EXPECT_EQ(found.parts[2].size, 4U);
  EXPECT_THAT(found.ambiguities, IsEmpty());
}

TEST(MimeWalk, LooksIntoArchivesAndDocuments) {
  const std::string zip = MakeArchive({}, {{"evil.exe", "MZ"}});
  const std::string docm =
      MakeArchive({}, {{"[Content_Types].xml", "<x/>"}, {"word/vbaProject.bin", "x"}});
  const Inspection found =
      Of(Mixed("--a\r\nContent-Transfer-Encoding: base64\r\n\r\n" + Base64(zip) +
               "\r\n--a\r\nContent-Transfer-Encoding: base64\r\n\r\n" + Base64(docm) + "\r\n"));
  ASSERT_EQ(found.parts.size(), 2U);
  ASSERT_EQ(found.parts[0].members.size(), 1U);
  EXPECT_EQ(found.parts[0].members[0].name, "evil.exe");
  EXPECT_FALSE(found.parts[0].macros);
  EXPECT_TRUE(found.parts[1].macros);
}

TEST(MimeWalk, FilesInTextAreParts) {
  const Inspection found =
      Of("\r\nHi\r\n\r\nbegin-base64 644 a.exe\r\nTVqQAAMAAAAEAAAA\r\n====\r\n");
  ASSERT_EQ(found.parts.size(), 2U);
  EXPECT_EQ(found.parts[1].path, "1/1");
  EXPECT_THAT(found.parts[1].names, ElementsAre("a.exe"));
  EXPECT_EQ(found.parts[1].found_type, "application/x-dosexec");
}

TEST(MimeWalk, FilesInTnefAreParts) {
  const std::string zip = MakeArchive({}, {{"evil.js", "x"}});
  const Inspection found =
      Of("Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: "
         "base64\r\n\r\n" +
         Base64(Tnef({TnefFile{.title = "a.zip", .data = zip}})) + "\r\n");
  ASSERT_EQ(found.parts.size(), 2U);
  EXPECT_EQ(found.parts[0].found_type, "application/ms-tnef");
  EXPECT_THAT(found.parts[1].names, ElementsAre("a.zip"));
  ASSERT_EQ(found.parts[1].members.size(), 1U);
  EXPECT_EQ(found.parts[1].members[0].name, "evil.js");
}

// What stands in front of the data, and what the directory has.
TEST(MimeWalk, AZipOfTwoMindsIsAmbiguous) {
  std::string zip = MakeArchive({}, {{"a.exe", "MZ"}, {"b.txt", "x"}});
  const auto ambiguities = [&zip] {
    return Of("Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
              Base64(zip) + "\r\n")
        .ambiguities;
  };
  EXPECT_THAT(ambiguities(), IsEmpty());
  const std::string good = zip;
  zip.replace(zip.rfind("a.exe"), 5, "a.txt");
  EXPECT_THAT(ambiguities(), ElementsAre("a zip whose directory names other files"));
  // A file more in front, or in the directory, of which the length says nothing.
  zip = MakeArchive({}, {{"c.exe", "MZ"}});
  zip = zip.substr(0, zip.find("PK\x01\x02")) + good;
  EXPECT_THAT(ambiguities(), ElementsAre("a zip whose directory names other files"));
  zip = good;
  const size_t directory = zip.find("PK\x01\x02");
  const std::string entry =
      zip.substr(directory, zip.find("PK\x01\x02", directory + 4) - directory);
  zip.insert(directory, entry);
  zip[zip.rfind("PK\x05\x06") + 12] = static_cast<char>(
      static_cast<unsigned char>(zip[zip.rfind("PK\x05\x06") + 12]) + entry.size());
  zip.replace(zip.find("a.exe", directory), 5, "e.exe");
  EXPECT_THAT(ambiguities(), ElementsAre("a zip whose directory names other files"));
}

Inspection Read(const std::string& rest) {
  static const FileTypes types;
  return Inspect(std::string(kTop) + rest, types, {.text = true, .hosts = true});
}

TEST(MimeWalk, TextInUtf8) {
  EXPECT_EQ(Read("Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: "
                 "quoted-printable\r\n\r\ngr=FC=\r\n=DFe\r\n")
                .text,
            "gr\u00fc\u00dfe\r\n\n");
  EXPECT_EQ(Read("Content-Transfer-Encoding: base64\r\n\r\n" + Base64("gift card") + "\r\n").text,
            "gift card\n");
  EXPECT_EQ(Read("Content-Type: text/plain; charset=no-such\r\n\r\nx").text, "x\n");
  EXPECT_EQ(Read("Content-Type: application/pdf\r\n\r\nx").text, "");
  EXPECT_EQ(Of("\r\nx").text, "") << "nobody asked";
}

TEST(MimeWalk, PagesAndHosts) {
  const Inspection found = Read(
      "Content-Type: text/html\r\n\r\n<p>v<i>i</i>a http://a.example</p><a "
      "href='//b.example/'>x</a>");
  EXPECT_THAT(found.hosts, ElementsAre("a.example", "b.example"));
  EXPECT_NE(found.text.find("via http"), std::string::npos);
}

TEST(MimeWalk, TextIsLimited) {
  const std::string part = "--a\r\n\r\n" + std::string(700000, 'x') + "\r\n";
  EXPECT_LE(Read(Mixed(part + part + part)).text.size(), InspectionLimits::kText + 10);
}

struct Ambiguous {
  const char* name;
  std::string rest;
  const char* want;
};

std::string ManyNames() {
  std::string out = "Content-Type: x/y";
  for (size_t i = 0; i < InspectionLimits::kNames; ++i) out += "; name=a" + std::to_string(i);
  return out + "\r\n\r\nx\r\n";
}

class MimeWalkAmbiguous : public ::testing::TestWithParam<Ambiguous> {};

TEST_P(MimeWalkAmbiguous, IsFound) {
  EXPECT_THAT(Of(GetParam().rest).ambiguities, ElementsAre(GetParam().want));
}

INSTANTIATE_TEST_SUITE_P(
    Field47, MimeWalkAmbiguous,
    ::testing::Values(
        Ambiguous{"TwoTypes", "Content-Type: text/plain\r\n" + Mixed("--a\r\n\r\nx\r\n"),
                  "several fields Content-Type"},
        Ambiguous{
            "TwoBoundaries",
            "Content-Type: multipart/mixed; boundary=a; boundary=b\r\n\r\n--a\r\n\r\n--b\r\n\r\n"
            "--b--\r\n--a--\r\n",
            "several parameters boundary"},
        Ambiguous{"NoBoundary", "Content-Type: multipart/mixed\r\n\r\nx\r\n",
                  "a multipart without a boundary"},
        Ambiguous{"Epilogue", Mixed("--a\r\n\r\nx\r\n--a--\r\n--a\r\n\r\nevil\r\n"),
                  "parts behind the last boundary"},
        Ambiguous{"Preamble",
                  "Content-Type: multipart/mixed; boundary=a\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n"
                  "--a\r\n\r\ny\r\n--a--\r\n",
                  "a line like a boundary before the first part"},
        Ambiguous{"BeginsLikeIt", Mixed("--a\r\n\r\nx\r\n--ab\r\n\r\ny\r\n"),
                  "a line that begins like a boundary"},
        Ambiguous{"LikeAnother",
                  Mixed("--a\r\n\r\nx\r\n--ab\r\n\r\ny\r\n--a\r\nContent-Type: multipart/mixed; "
                        "boundary=ab\r\n\r\n--ab\r\n\r\nx\r\n--ab--\r\n"),
                  "a boundary that begins like another"},
        Ambiguous{"VerticalTab", Mixed("--a\r\n\r\nx\r\n--a\v\r\n\r\ny\r\n"),
                  "a line that begins like a boundary"},
        Ambiguous{"CrBeforeIt", Mixed("--a\r\n\r\nx\r--a\r\r\ry\r\n"),
                  "a bare CR before a boundary"},
        Ambiguous{"EncodedBoundary",
                  "Content-Type: multipart/mixed; boundary=\"=?us-ascii?Q?a?=\"\r\n\r\n--a\r\n"
                  "\r\nx\r\n--a--\r\n",
                  "a boundary that is not written plainly"},
        Ambiguous{"Comment",
                  "Content-Type: multipart/mixed (x; boundary=b); boundary=a\r\n\r\n--a\r\n\r\n"
                  "x\r\n--a--\r\n",
                  "a boundary that is not written plainly"},
        Ambiguous{"NearlyMultipart", "Content-Type: multipart/; boundary=a\r\n\r\nx\r\n",
                  "a type that is nearly a multipart"},
        Ambiguous{
            "SpaceInBoundary",
            "Content-Type: multipart/mixed; boundary=\"a \"\r\n\r\n--a \r\n\r\nx\r\n--a --\r\n",
            "a boundary with spaces at its ends"},
        Ambiguous{
            "TwoEncodings",
            "Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64\r\n\r\nTVo=\r\n",
            "several fields Content-Transfer-Encoding"},
        Ambiguous{"OddEncoding", "Content-Transfer-Encoding: base64 (really)\r\n\r\nTVo=\r\n",
                  "a transfer encoding that does not exist"},
        Ambiguous{"EncodedMultipart",
                  "Content-Transfer-Encoding: base64\r\n" + Mixed("--a\r\n\r\nx\r\n"),
                  "a transfer encoding around parts"},
        Ambiguous{"GoesOn", "Content-Transfer-Encoding: base64\r\n\r\nTVo=\r\nTVpa\r\n",
                  "base64 that goes on behind its end"},
        Ambiguous{"ManyNames", ManyNames(), "a part of many names"},
        Ambiguous{"NoField", Mixed("--a\r\nContent-Type: x/y\r\nthis is none\r\n\r\nx\r\n"),
                  "a header with a line that is no field"},
        Ambiguous{"BareCr", Mixed("--a\r\nX-Y: a\rContent-Type: x/y\r\n\r\nx\r\n"),
                  "a field with a bare CR"},
        Ambiguous{"Nul", std::string("\r\na\0b\r\n", 7), "NUL octets"}),
    [](const auto& each) { return each.param.name; });

// All read the same parts of it.
TEST(MimeWalk, OtherFieldsThatStandTwiceAreNotAmbiguous) {
  for (const char* name : {"Cc", "Reply-To", "Date", "Subject", "Message-ID", "Sender", "To",
                           "Content-Length", "Content-ID", "X-Mailer"}) {
    const std::string field = name;
    EXPECT_THAT(Of(field + ": a@b.example\r\n" + field + ": c@d.example\r\n\r\nx\r\n").ambiguities,
                IsEmpty())
        << name;
  }
  EXPECT_THAT(Of("From: c@d.example\r\n\r\nx\r\n").ambiguities, ElementsAre("several fields From"));
}

TEST(MimeWalk, OddEncodingsOfPlainTextAreNotAmbiguous) {
  for (const char* encoding : {"x-uuencode", "x-base64", "base64;"}) {
    EXPECT_THAT(
        Of("Content-Transfer-Encoding: " + std::string(encoding) + "\r\n\r\nx\r\n").ambiguities,
        ElementsAre("a transfer encoding that does not exist"));
  }
  for (const char* encoding : {"7-bit", "8bits", "utf-8", "quoted-printable;", "none", "7bit;"}) {
    const std::string field = "Content-Transfer-Encoding: " + std::string(encoding) + "\r\n";
    EXPECT_THAT(Of(field + "Content-Type: text/plain\r\n\r\nx\r\n").ambiguities, IsEmpty());
    for (const char* other : {"text/html", "application/pdf", "text/plain; name=a.exe"}) {
      EXPECT_THAT(Of(field + "Content-Type: " + other + "\r\n\r\nx\r\n").ambiguities,
                  ElementsAre("a transfer encoding that does not exist"))
          << encoding << " " << other;
    }
  }
}

// Some readers decode it.
TEST(MimeWalk, TextThatIsNearlyQuotedPrintableIsReadBothWays) {
  const auto found =
      Read("Content-Transfer-Encoding: quoted-printable;\r\n\r\nhttp://ev=69l.example/ a=3Db\r\n");
  EXPECT_NE(found.text.find("ev=69l.example"), std::string::npos);
  EXPECT_NE(found.text.find("http://evil.example/ a=b"), std::string::npos);
  EXPECT_THAT(found.hosts, Contains("evil.example"));
}

TEST(MimeWalk, WhatIsDailyBreadIsNotAmbiguous) {
  EXPECT_THAT(
      Of("Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\nno end\r\n").ambiguities,
      IsEmpty());
  EXPECT_THAT(Of("Subject: gr\xc3\xbc\xc3\x9f"
                 "e\r\nReceived: x\r\nReceived: y\r\n\r\nx")
                  .ambiguities,
              IsEmpty());
  EXPECT_THAT(Of("Content-Transfer-Encoding: Quoted-Printable\r\n\r\na=3Db\r\n").ambiguities,
              IsEmpty());
  EXPECT_THAT(Of("Content-Type: multipart/mixed; boundary=\"----=_x\"\r\n\r\nThis is MIME.\r\n"
                 "------=_x\r\n\r\nx\r\n------=_x--\r\n-- \r\nsignature of a list\r\n")
                  .ambiguities,
              IsEmpty());
}

// All of them are looked at, and that is all that there is to it.
TEST(MimeWalk, WhatHonestProgramsWriteIsNotAmbiguous) {
  for (const std::string& rest :
       {std::string(
            "Content-Type: application/pdf; name=\"Resume.pdf\"; name*=UTF-8''R%C3%A9.pdf\r\n"
            "\r\nx"),
        Mixed("--a\r\nContent-Type: message/rfc822\r\n\r\n>From x\r\nSubject: y\r\n\r\nz\r\n"),
        "Content-Transfer-Encoding: quoted-printable\r\n" + Mixed("--a\r\n\r\nx\r\n"),
        Mixed("--a\r\n\r\nx\r\n") + "--This mail was checked--\r\n",
        std::string("Content-Type: application/octet-stream; name=note.eml\r\n\r\na note\r\n")})
    EXPECT_THAT(Of(rest).ambiguities, IsEmpty()) << rest;
}

TEST(MimeWalk, AMessageThatIsEncodedAsAWhole) {
  const std::string inner =
      "Subject: x\r\n" + Mixed("--a\r\nContent-Type: x/y; name=a.exe\r\n\r\nx\r\n");
  for (const char* type : {"message/rfc822", "application/octet-stream; name=a.eml"}) {
    const Inspection found = Of("Content-Type: " + std::string(type) +
                                "\r\nContent-Transfer-Encoding: base64\r\n\r\n" + Base64(inner));
    ASSERT_EQ(found.parts.size(), 2U) << type;
    EXPECT_EQ(found.parts[1].path, "1.1.1");
    EXPECT_THAT(found.parts[1].names, ElementsAre("a.exe"));
  }
}

TEST(MimeWalk, NamesOfWhatHoldsParts) {
  const Inspection found =
      Of(Mixed("--a\r\nContent-Type: message/rfc822; name=a.hta\r\n\r\nSubject: x\r\n\r\ny\r\n"));
  ASSERT_EQ(found.parts.size(), 2U);
  EXPECT_THAT(found.parts[0].names, ElementsAre("a.hta"));
  EXPECT_THAT(Of("Content-Name: a.js\r\n\r\nx").parts[0].names, ElementsAre("a.js"));
}

// Windows opens it all the same.
TEST(MimeWalk, AnArchiveBehindSomethingElse) {
  const std::string zip = MakeArchive({}, {{"evil.exe", "MZ"}});
  for (const std::string& before :
       {std::string("\0", 1), std::string("GIF89a"), std::string(6000, 'x')}) {
    const Inspection found =
        Of("Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: "
           "base64\r\n\r\n" +
           Base64(before + zip));
    ASSERT_EQ(found.parts[0].members.size(), 1U) << before.substr(0, 10);
    EXPECT_EQ(found.parts[0].members[0].name, "evil.exe");
  }
  const std::string called =
      "Content-Type: application/zip; name=a.zip\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n";
  EXPECT_EQ(Of(called + Base64(std::string("x\0y", 3))).parts[0].unreadable,
            "not the archive that it is called");
  EXPECT_EQ(Of(called + Base64("a,b,c")).parts[0].unreadable, "");
  EXPECT_EQ(Of(called + Base64(std::string(10240, '\0'))).parts[0].unreadable, "");
}

TEST(MimeWalk, TextThatIsNotReadSaysSo) {
  const std::string part = "--a\r\n\r\n" + std::string(700000, 'x') + "\r\n";
  EXPECT_EQ(Read(Mixed(part)).text_missing(), "");
  EXPECT_EQ(Read(Mixed(part + part)).text_missing(), "more text than is looked at");
  EXPECT_EQ(Read("Content-Type: text/plain; charset=no-such\r\n\r\nx").text_missing(), "");
  EXPECT_EQ(Read("Content-Type: text/plain; charset=no-such\r\n\r\n\xff").text_missing(),
            "text in a charset that is not known");
  std::string hosts;
  for (int i = 0; i < 200; ++i) hosts += "http://h" + std::to_string(i) + ".example ";
  EXPECT_EQ(Read("\r\n" + hosts).text_missing(), "more hosts than are looked for");
}

TEST(MimeWalk, PagesByWhateverName) {
  for (const char* type : {"application/xhtml+xml", "application/octet-stream; name=a.html"})
    EXPECT_THAT(Read("Content-Type: " + std::string(type) +
                     "\r\n\r\n<a href='http&colon;//a.example'>x</a>")
                    .hosts,
                ElementsAre("a.example"))
        << type;
  const Inspection odd = Read(
      "Content-Type: text/html\r\n\r\n<meta "
      "content='0;url=http://a.example'><a/href='http://b.example'>"
      "<p style=\"x: url(http://c.example)\"><!-- http://d.example -->");
  EXPECT_THAT(odd.hosts, ElementsAre("a.example", "b.example", "c.example", "d.example"));
}

TEST(MimeWalk, Depth) {
  std::string rest;
  for (int i = 0; i < 60; ++i) {
    const std::string boundary = "x" + std::to_string(100 + i);
    rest +=
        "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary + "\r\n";
  }
  EXPECT_EQ(Of(rest).unreadable, "parts nested too deep");
}

TEST(MimeWalk, Parts) {
  std::string rest = "Content-Type: multipart/mixed; boundary=a\r\n\r\n";
  for (int i = 0; i < 1001; ++i) rest += "--a\r\n\r\nx\r\n";
  const Inspection found = Of(rest);
  EXPECT_EQ(found.unreadable, "too many parts");
  EXPECT_EQ(found.parts.size(), InspectionLimits::kParts);
}

TEST(MimeWalk, TooComplex) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "\n-- a dashed line, as SQL has";
  EXPECT_EQ(TooComplex(text), "");
  for (int i = 0; i < 500; ++i) text += " boundary=x";
  EXPECT_NE(TooComplex(text), "");
  EXPECT_EQ(Of("\r\n" + text).unreadable, "too many boundaries");
}

TEST(MimeWalk, AnythingIsAMessage) {
  const FileTypes types;
  for (const std::string_view text :
       {"\r\n", "\r\n\r\n", "Content-Type:", "Content-Type: \r\n\r\n"})
    EXPECT_EQ(Inspect(text, types).unreadable, "") << text;
  for (const std::string_view text : {"", "x", ":"})
    EXPECT_EQ(Inspect(text, types).unreadable, "no message") << text;
}

}  // namespace
}  // namespace spillway
