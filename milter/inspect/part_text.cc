// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/part_text.h"

#include <gmime/gmime.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "milter/base/contains.h"
#include "milter/inspect/gobject.h"
#include "milter/mail/header.h"

namespace spillway {

namespace {

// By the names of the WHATWG's Encoding Standard, too: browsers and mail readers go by them.
constexpr std::array<std::string_view, 8> kUtf16 = {
    "utf-16", "utf-16le", "utf16", "unicode", "csunicode", "iso-10646-ucs-2", "ucs-2", "ucs2"};
constexpr std::array<std::string_view, 2> kUtf16Big = {"utf-16be", "unicodefffe"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kOtherNames = {
    {{"iso-8859-8-i", "iso-8859-8"},
     {"iso-8859-8-e", "iso-8859-8"},
     {"x-gbk", "gbk"},
     {"ms949", "cp949"},
     {"utf8", "utf-8"},
     {"ks_c_5601-1987", "cp949"}}};

// Of two octets each, the low one first unless a byte order mark says otherwise. iconv would lose
// step at half a pair.
std::string FromUtf16(std::string_view content, bool big) {
  constexpr gunichar kReplacement = 0xfffd;
  if (content.starts_with("\xfe\xff")) big = true;
  if (content.starts_with("\xff\xfe")) big = false;
  const auto unit = [&](size_t at) {
    const auto first = static_cast<unsigned char>(content[at]);
    const auto second = static_cast<unsigned char>(content[at + 1]);
    return static_cast<gunichar>(big ? first << 8 | second : second << 8 | first);
  };
  std::string out;
  for (size_t at = 0; at + 1 < content.size(); at += 2) {
    gunichar sign = unit(at);
    const bool high = sign >= 0xd800 && sign < 0xdc00;
    const gunichar next = high && at + 3 < content.size() ? unit(at + 2) : 0;
    if (next >= 0xdc00 && next < 0xe000) {
      sign = 0x10000 + ((sign - 0xd800) << 10) + (next - 0xdc00);
      at += 2;
    } else if (sign >= 0xd800 && sign < 0xe000) {
      sign = kReplacement;
    }
    std::array<char, 6> octets{};
    out.append(octets.data(), static_cast<size_t>(g_unichar_to_utf8(sign, octets.data())));
  }
  return out;
}

bool IsPlainAscii(std::string_view content) {
  return std::all_of(content.begin(), content.end(),
                     [](char c) { return static_cast<signed char>(c) > 0; });
}

}  // namespace

PartText InUtf8(std::string_view content, const std::string& charset) {
  std::string name = ToLower(Trim(charset));
  if (Contains(kUtf16, name)) return {.utf8 = FromUtf16(content, false)};
  if (Contains(kUtf16Big, name)) return {.utf8 = FromUtf16(content, true)};
  for (const auto& [other, known] : kOtherNames) {
    if (name == other) name = known;
  }
  if (name.empty() || name == "utf-8") return {.utf8 = std::string(content)};
  const Ref<GMimeFilter> filter(g_mime_filter_charset_new(name.c_str(), "utf-8"));
  if (!filter) return {.utf8 = std::string(content), .known = IsPlainAscii(content)};
  const Ref<GMimeStream> text(g_mime_stream_mem_new());
  const Ref<GMimeStream> stream(g_mime_stream_filter_new(text.get()));
  g_mime_stream_filter_add(GMIME_STREAM_FILTER(stream.get()), filter.get());
  g_mime_stream_write(stream.get(), content.data(), content.size());
  g_mime_stream_flush(stream.get());
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(text.get()));
  return {.utf8 = {reinterpret_cast<const char*>(bytes->data), bytes->len}};
}

void PrepareCharsets() {
  for (const char* charset :
       {"us-ascii",     "utf-7",        "iso-8859-1",   "iso-8859-2",   "iso-8859-5",
        "iso-8859-7",   "iso-8859-9",   "iso-8859-15",  "windows-1250", "windows-1251",
        "windows-1252", "windows-1253", "windows-1254", "windows-1255", "windows-1256",
        "windows-1257", "koi8-r",       "koi8-u",       "gb2312",       "gbk",
        "gb18030",      "big5",         "shift_jis",    "euc-jp",       "iso-2022-jp",
        "euc-kr",       "iso-2022-kr",  "tis-620",      "macintosh",    "windows-874",
        "windows-1258", "iso-8859-3",   "iso-8859-4",   "iso-8859-6",   "iso-8859-8",
        "iso-8859-10",  "iso-8859-13",  "iso-8859-14",  "iso-8859-16",  "cp437",
        "cp850",        "cp852",        "cp866",        "cp932",        "windows-31j",
        "cp949",        "big5-hkscs",   "euc-tw"})
    static_cast<void>(iconv_open("utf-8", charset));
}

}  // namespace spillway
