// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/file_type.h"

#include <magic.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace spillway {

namespace {

using namespace std::string_view_literals;

struct Number {
  std::string_view bytes;
  std::string_view type;
  size_t offset = 0;
  bool may_be_text = true;  // false: a text that happens to begin so is none
};

constexpr std::string_view kProgram = "application/x-executable";
constexpr std::string_view kScript = "text/x-script";

// What can do harm, and what can hold it, is told without libmagic.
constexpr std::array<Number, 31> kNumbers = {{
    {"MZ"sv, "application/x-dosexec", 0, false},
    {"\x7f"
     "ELF"sv,
     kProgram},
    {"\xfe\xed\xfa\xce"sv, kProgram},
    {"\xfe\xed\xfa\xcf"sv, kProgram},
    {"\xce\xfa\xed\xfe"sv, kProgram},
    {"\xcf\xfa\xed\xfe"sv, kProgram},
    {"\xca\xfe\xba\xbe"sv, "application/java-vm"},
    {"#!"sv, kScript},
    {"L\0\0\0\x01\x14\x02\0"sv, "application/x-ms-shortcut"},
    {"PK\x03\x04"sv, "application/zip"},
    {"PK\x05\x06"sv, "application/zip"},
    {"Rar!\x1a\x07"sv, "application/vnd.rar"},
    {"7z\xbc\xaf\x27\x1c"sv, "application/x-7z-compressed"},
    {"\x1f\x8b"sv, "application/gzip"},
    {"BZh"sv, "application/x-bzip2", 0, false},
    {"\xfd"
     "7zXZ\0"sv,
     "application/x-xz"},
    {"\x28\xb5\x2f\xfd"sv, "application/zstd"},
    {"\x5d\0\0"sv, "application/x-lzma"},
    {"\x1f\x9d"sv, "application/x-compress"},
    {"MSCF"sv, "application/vnd.ms-cab-compressed"},
    {"ustar"sv, "application/x-tar", 257},
    {"CD001"sv, "application/x-iso9660-image", 0x8001},
    {"-lh"sv, "application/x-lzh-compressed", 2, false},
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "application/x-ole-storage"},
    {"\x78\x9f\x3e\x22"sv, "application/ms-tnef"},
    {"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3"sv, "application/onenote"},
    {"%PDF-"sv, "application/pdf"},
    {"{\\rt"sv, "application/rtf"},
    {"\x89PNG\r\n\x1a\n"sv, "image/png"},
    {"\xff\xd8\xff"sv, "image/jpeg"},
    {"GIF8"sv, "image/gif"},
}};

constexpr size_t kLooked = 4096;

// Text in any charset that mail has: no NUL, and hardly any other control characters.
bool IsText(std::string_view content) {
  const auto head = content.substr(0, kLooked);
  const auto odd = std::count_if(head.begin(), head.end(), [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\x1b';
  });
  return odd == 0;
}

// Empty when there is none that we know.
std::string_view TypeByNumber(std::string_view content) {
  for (const Number& number : kNumbers) {
    if (content.size() >= number.offset + number.bytes.size() &&
        content.substr(number.offset, number.bytes.size()) == number.bytes &&
        (number.may_be_text || !IsText(content)))
      return number.type;
  }
  return {};
}

}  // namespace

void FileTypes::Close::operator()(magic_set* cookie) const {
  magic_close(cookie);
}

FileTypes::FileTypes() : cookie_(magic_open(MAGIC_MIME_TYPE)) {
  if (!cookie_) throw std::runtime_error("libmagic: out of memory");
  if (magic_load(cookie_.get(), nullptr) != 0)
    throw std::runtime_error(std::string("libmagic: ") + magic_error(cookie_.get()));
}

std::string FileTypes::Of(std::string_view content) const {
  if (content.empty()) return {};
  if (const std::string_view type = TypeByNumber(content); !type.empty()) return std::string(type);
  if (IsText(content)) return "text/plain";
  const char* type = magic_buffer(cookie_.get(), content.data(), std::min(content.size(), kLooked));
  return type == nullptr ? "application/octet-stream" : type;
}

}  // namespace spillway
