// SPDX-License-Identifier: BSD-2-Clause
#include "t/rig/hostile.h"

#include "t/rig/archives.h"

namespace spillway {

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

HostileCase Case(const std::string& name, const Fields& fields, const std::string& body) {
  HostileCase out{name, {}};
  out.mail.headers = {{"From", " Eve <eve@example.org>"}};
  out.mail.headers.insert(out.mail.headers.end(), fields.begin(), fields.end());
  out.mail.body = body;
  return out;
}

HostileCase Typed(const std::string& name, const std::string& type, const std::string& body) {
  return Case(name, {{"Content-Type", " " + type}}, body);
}

HostileCase Encoded(const std::string& name, const std::string& encoding, const std::string& body) {
  return Case(name,
              {{"Content-Type", " application/octet-stream"},
               {"Content-Transfer-Encoding", " " + encoding}},
              body);
}

HostileCase Binary(const std::string& name, const std::string& content) {
  return Encoded(name, "binary", content);
}

std::string Times(size_t count, const std::string& text) {
  std::string out;
  out.reserve(count * text.size());
  for (size_t i = 0; i < count; ++i) out += text;
  return out;
}

// `depth` multiparts, one in the other; the outermost is the message itself.
std::string Nested(size_t depth, const std::string& type) {
  std::string out;
  for (size_t i = 0; i < depth; ++i) {
    const std::string boundary = "b" + std::to_string(i);
    out += "--" + boundary + "\r\nContent-Type: " + type + "; boundary=b" + std::to_string(i + 1) +
           "\r\n\r\n";
  }
  return out;
}

const std::string kMixed = "multipart/mixed; boundary=b0";
const std::string kFuzzy = "\x01\x80\xff\x7f\x10\xfe\x03\x00\xc0\xaf";

}  // namespace

std::vector<HostileCase> HostileNesting() {
  const std::string message = "Content-Type: message/rfc822\r\n\r\n";
  std::string turns;
  for (int i = 0; i < 300; ++i) {
    const std::string boundary = "b" + std::to_string(i);
    turns += "--" + boundary + "\r\n" + message + "Content-Type: multipart/mixed; boundary=b" +
             std::to_string(i + 1) + "\r\n\r\n";
  }
  return {Typed("multiparts-60", kMixed, Nested(60, "multipart/mixed")),
          Typed("multiparts-1000", kMixed, Nested(1000, "multipart/mixed")),
          Typed("multiparts-30000", kMixed, Nested(30000, "multipart/mixed")),
          Typed("alternatives-40", kMixed, Nested(40, "multipart/alternative")),
          Typed("signed-40", kMixed, Nested(40, "multipart/signed; protocol=x")),
          Typed("messages-100", "message/rfc822", Times(100, message)),
          Typed("messages-20000", "message/rfc822", Times(20000, message)),
          Typed("by-turns-300", kMixed, turns),
          Typed("multiparts-900-and-lines", kMixed,
                Nested(900, "multipart/mixed") + "\r\n" + Times(200000, "--b0x\r\n"))};
}

std::vector<HostileCase> HostileBoundaries() {
  const std::string part = "--b0\r\n\r\nx\r\n";
  return {Typed("none", "multipart/mixed", part),
          Typed("empty", "multipart/mixed; boundary=\"\"", "--\r\n\r\nx\r\n----\r\n"),
          Typed("long", "multipart/mixed; boundary=" + std::string(10000, 'b'), part),
          Typed("nul", std::string("multipart/mixed; boundary=\"b\0c\"", 32), part),
          Typed("no-end", kMixed, part),
          Typed("epilogue", kMixed, part + "--b0--\r\n" + Times(1000, part)),
          Typed("same", kMixed, "--b0\r\nContent-Type: " + kMixed + "\r\n\r\n" + Times(100, part)),
          Typed("prefix", kMixed,
                "--b0\r\nContent-Type: multipart/mixed; boundary=b00\r\n\r\n--b00\r\n\r\nx\r\n"),
          Typed("dashes", kMixed, Times(500000, "--\r\n")),
          Typed("ends-only", kMixed, Times(100000, "--b0--\r\n")),
          Typed("parts-10000", kMixed, Times(10000, part)),
          Typed("parts-90000", kMixed, Times(90000, "--b0\r\n\r\n")),
          Typed("parts-400000", kMixed, Times(400000, "--b0\r\n")),
          Typed("pieces", "multipart/mixed; boundary*0=b; boundary*1=0", part),
          Case("two",
               {{"Content-Type", " " + kMixed}, {"Content-Type", " multipart/mixed; boundary=c"}},
               part + "--c\r\n\r\ny\r\n--c--\r\n--b0--\r\n"),
          Typed("regex", "multipart/mixed; boundary=\"(a+)+$\"",
                "--(a+)+$\r\n\r\n" + std::string(50000, 'a'))};
}

std::vector<HostileCase> HostileEncodings() {
  const auto text = [](const std::string& name, const std::string& charset,
                       const std::string& body) {
    return Typed(name, "text/plain; charset=" + charset, body);
  };
  return {Encoded("base64-garbage", "base64", Times(50000, "!?=\x80*")),
          Encoded("base64-goes-on", "base64", Times(50000, "TVo=\r\n")),
          Encoded("base64-one", "base64", "T"),
          Encoded("base64-padding", "base64", std::string(1 << 20, '=')),
          Encoded("quoted-equals", "quoted-printable", std::string(1 << 20, '=')),
          Encoded("quoted-soft", "quoted-printable", Times(300000, "=\r\n")),
          Encoded("unknown", "x-unknown (" + std::string(50000, 'x') + ")", "x"),
          Encoded("uuencode", "x-uuencode", "begin 644 x\r\n" + Times(20000, "M~~~\r\n")),
          Typed("uuencode-begins", "text/plain", Times(50000, "begin 644 a.exe\r\n")),
          text("charset-long", std::string(60000, 'c'), "x"),
          text("utf-7", "utf-7", Times(50000, "+AGEAYgBj-")),
          Case("words-broken", {{"Subject", Times(8000, " =?utf-8?B?====?= =?x?Q?=")}}, "x"),
          Case("words-unknown", {{"Subject", Times(3000, " =?no-such-charset?B?AAAA?=")}}, "x")};
}

std::vector<HostileCase> HostileHeaders() {
  const auto many = [](size_t count, const std::string& name, const std::string& value) {
    return Fields(count, {name, value});
  };
  return {
      Case("fields-100000", many(100000, "X-A", " b"), "x"),
      Case("field-1M", {{"X-Long", " " + std::string(1 << 20, 'a')}}, "x"),
      Case("name-60K", {{std::string(60000, 'N'), " v"}}, "x"),
      Case("nul", {{"Subject", std::string(" a\0b", 4)}}, "x"),
      Case("utf-8-broken", {{"Subject", " \xc0\xaf\xff\xfe\xed\xa0\x80"}}, "x"),
      Case("froms-1000", many(1000, "From", " <eve@example.org>"), "x"),
      Case("folded-10000", {{"X-Folded", Times(10000, "\n a")}}, "x"),
      Typed("parameters-10000", "text/plain" + Times(10000, "; a=b"), "x"),
      Typed("pieces-10000", "text/plain" + Times(10000, "; name*1*=%41"), "x"),
      Case("received-20000", many(20000, "Received", " from a by b; Thu, 26 Nov 2026"), "x"),
      Case("signatures-1000",
           many(1000, "DKIM-Signature", " v=1; a=rsa-sha256; d=e.example; s=s; h=from; bh=; b="),
           "x"),
      Case("arc-60", many(60, "ARC-Seal", " i=1; a=rsa-sha256; cv=none; d=e.example; s=s; b="),
           "x"),
      Case("results-5000", many(5000, "Authentication-Results", " mx.example.org; spf=pass"), "x"),
      Case("comments", {{"From", " " + std::string(100000, '(') + "a@b.example"}}, "x"),
      Case("quotes", {{"From", " " + Times(50000, "\"\\") + "@b.example"}}, "x"),
      Case("ours", many(5000, "X-Spillway-Scan", " clamd=clean"), "x")};
}

std::vector<HostileCase> HostileBodies() {
  return {Case("empty", {}, ""),
          Case("line-1M", {}, std::string(1 << 20, 'a')),
          Case("nuls", {}, std::string(1 << 20, '\0')),
          Case("bare-cr", {}, std::string(1 << 20, '\r')),
          Case("bare-lf", {}, std::string(1 << 20, '\n')),
          Case("fuzzy", {}, Times(100000, kFuzzy)),
          Case("spaces", {}, Times(20000, std::string(50, ' ') + "\r\n")),
          Case("over-the-limit", {}, Times(8 << 10, std::string(1022, 'x') + "\r\n"))};
}

std::vector<HostileCase> HostileArchives() {
  const ArchiveFiles zeros{{"zeros", std::string(64 << 20, '\0')}};
  const std::string small = MakeArchive({}, {{"a.exe", "MZ"}, {"b", "c"}});
  ArchiveFiles names;
  for (int i = 0; i < 12000; ++i) names.emplace_back("n" + std::to_string(i), "");
  std::string size = MakeArchive({archive_write_set_format_ustar}, {{"a", "b"}});
  size.replace(124, 11, "77777777777");
  const ArchiveForm xz{archive_write_set_format_ustar, archive_write_add_filter_xz};
  return {Binary("zip-torn", small.substr(0, small.size() - 30)),
          Binary("zip-head-only", "PK\x03\x04" + std::string(100, '\xff')),
          Binary("zip-in-zip", MakeArchive({}, {{"in.zip", small}})),
          Binary("zip-12000-names", MakeArchive({}, names)),
          Binary("zip-name-60K", MakeArchive({}, {{std::string(60000, 'n'), "x"}})),
          Binary("zip-explodes", MakeArchive({}, zeros)),
          Binary("zip-encrypted",
                 MakeArchive({.options = "zip:encryption=zipcrypt", .password = "x"}, names)),
          Binary("xz-explodes", MakeArchive(xz, zeros)),
          Binary("gzip-explodes",
                 MakeArchive({archive_write_set_format_raw, archive_write_add_filter_gzip}, zeros)),
          Binary("tar-size", size),
          Binary("7z-garbage", "7z\xbc\xaf\x27\x1c" + Times(1000, kFuzzy)),
          Binary("rar-garbage", std::string("Rar!\x1a\x07\x01\x00", 8) + Times(1000, kFuzzy)),
          Binary("rar4-garbage", std::string("Rar!\x1a\x07\x00", 7) + Times(1000, kFuzzy)),
          Binary("cab-garbage", "MSCF" + Times(1000, kFuzzy)),
          Binary("lha-garbage", "\x20\x00-lh5-" + Times(1000, kFuzzy)),
          Binary("iso-garbage", std::string(0x8001, '\0') + "CD001" + Times(1000, kFuzzy)),
          Binary("ole-garbage", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + Times(100000, kFuzzy))};
}

}  // namespace spillway
