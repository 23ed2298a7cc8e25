// SPDX-License-Identifier: BSD-2-Clause
// The directory is read here (APPNOTE 4.3.7, 4.3.12, 4.3.16): libarchive tells the names in front
// of the data, even where it goes by the directory. Nothing is unpacked.
#include "milter/inspect/zip_names.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "milter/base/little_endian.h"

namespace spillway {

namespace {

constexpr uint32_t kElsewhere = 0xffffffff;  // ZIP64: the number stands in an extra field
constexpr size_t kLocal = 30;                // octets of a local header before its name
constexpr size_t kEntry = 46;                // of a directory entry
constexpr size_t kEnd = 22;                  // of the end record

uint32_t Little(std::string_view zip, size_t at, size_t octets) {
  return FromLittle(zip.substr(at, octets));
}

struct Entry {
  std::string_view name;
  size_t header = 0;    // where its local header should be
  uint32_t packed = 0;  // octets of its data
};

// nullopt: it is broken. `end`: where the end record begins.
std::optional<std::vector<Entry>> Directory(std::string_view zip, size_t end) {
  const size_t size = Little(zip, end + 12, 4);
  const size_t offset = Little(zip, end + 16, 4);
  // Something may stand in front of the zip, which shifts all offsets.
  if (size > end || offset > end - size) return std::nullopt;
  const size_t shift = end - size - offset;
  std::vector<Entry> entries;
  for (size_t at = end - size; at < end;) {
    if (end - at < kEntry || zip.substr(at, 4) != "PK\x01\x02") return std::nullopt;
    const size_t length = Little(zip, at + 28, 2);
    const size_t whole = kEntry + length + Little(zip, at + 30, 2) + Little(zip, at + 32, 2);
    if (whole > end - at) return std::nullopt;
    entries.push_back({.name = zip.substr(at + kEntry, length),
                       .header = shift + Little(zip, at + 42, 4),
                       .packed = Little(zip, at + 20, 4)});
    at += whole;
  }
  return entries;
}

// Is the same name in front of the data?
bool Agrees(std::string_view zip, const Entry& entry) {
  if (entry.header > zip.size() || zip.size() - entry.header < kLocal + entry.name.size())
    return false;
  return zip.substr(entry.header, 4) == "PK\x03\x04" &&
         Little(zip, entry.header + 26, 2) == entry.name.size() &&
         zip.substr(entry.header + kLocal, entry.name.size()) == entry.name;
}

size_t EndOf(std::string_view zip, const Entry& entry) {
  return entry.header + kLocal + entry.name.size() + Little(zip, entry.header + 28, 2) +
         entry.packed;
}

}  // namespace

bool ZipNamesDiffer(std::string_view zip) {
  const size_t end = zip.rfind("PK\x05\x06");
  if (end == std::string_view::npos || zip.size() - end < kEnd) return false;  // torn, not two
  auto entries = Directory(zip, end);
  if (!entries) return true;
  std::sort(entries->begin(), entries->end(),
            [](const Entry& a, const Entry& b) { return a.header < b.header; });
  // Files that the directory does not name stand between those that it does.
  size_t from = 0;
  for (const Entry& entry : *entries) {
    if (!Agrees(zip, entry) || from > entry.header) return true;
    if (zip.substr(from, entry.header - from).find("PK\x03\x04") != std::string_view::npos)
      return true;
    from = entry.packed == kElsewhere ? entry.header + kLocal : EndOf(zip, entry);
  }
  return false;
}

}  // namespace spillway
