// SPDX-License-Identifier: BSD-2-Clause
// libarchive tells the names in front of the data, even where it goes by the directory. The
// directory is read here (APPNOTE 4.3.12, 4.3.16).
#include "milter/inspect/zip_names.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace spillway {

namespace {

using Names = std::set<std::string>;

uint32_t Little(std::string_view zip, size_t at, size_t octets) {
  uint32_t out = 0;
  for (size_t i = octets; i > 0; --i) out = out << 8U | static_cast<unsigned char>(zip[at + i - 1]);
  return out;
}

// As it can be compared; empty: it is a directory's, or not in ASCII.
std::string Comparable(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '\\', '/');
  const bool ascii = std::all_of(out.begin(), out.end(), [](char c) { return c > 0; });
  return ascii && !out.ends_with('/') ? out : std::string();
}

// nullopt: there is none that can be read, as in a zip of more than 4 GiB.
std::optional<Names> NamesOfDirectory(std::string_view zip) {
  constexpr size_t kEnd = 22;
  constexpr size_t kEntry = 46;
  const size_t end = zip.rfind("PK\x05\x06");
  if (end == std::string_view::npos || zip.size() - end < kEnd) return std::nullopt;
  const size_t size = Little(zip, end + 12, 4);
  if (size > end) return std::nullopt;
  Names names;
  // What an entry takes is in it; that of the directory says where it begins, whatever stands
  // before the zip.
  for (size_t at = end - size; at + kEntry <= end;) {
    if (zip.substr(at, 4) != "PK\x01\x02") return std::nullopt;
    const size_t length = Little(zip, at + 28, 2);
    const size_t whole = kEntry + length + Little(zip, at + 30, 2) + Little(zip, at + 32, 2);
    if (whole > end - at) return std::nullopt;
    names.insert(Comparable(zip.substr(at + kEntry, length)));
    at += whole;
  }
  return names;
}

struct Free {
  void operator()(archive* handle) const { archive_read_free(handle); }
};

// Passes over the data, of which it takes what it unpacks off `left`. False: too much.
bool Pass(archive* reader, uint64_t& left) {
  const void* block = nullptr;
  size_t size = 0;
  la_int64_t offset = 0;
  while (archive_read_data_block(reader, &block, &size, &offset) == ARCHIVE_OK) {
    if (size > left) return false;
    left -= size;
  }
  return true;
}

// In front of the data, from the first on, up to what cannot be read.
Names NamesInFront(std::string_view zip) {
  uint64_t left = 32 << 20;
  const std::unique_ptr<archive, Free> reader(archive_read_new());
  archive_read_support_format_zip_streamable(reader.get());
  archive_read_open_memory(reader.get(), zip.data(), zip.size());
  archive_entry* entry = nullptr;
  Names names;
  while (archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK) {
    const char* name = archive_entry_pathname(entry);
    if (name != nullptr) names.insert(Comparable(name));
    if (!Pass(reader.get(), left)) break;
  }
  return names;
}

}  // namespace

bool ZipNamesDiffer(std::string_view zip) {
  const auto directory = NamesOfDirectory(zip);
  if (!directory) return false;
  const Names in_front = NamesInFront(zip);
  const auto known = [&](const std::string& name) {
    return name.empty() || directory->contains(name);
  };
  return !std::all_of(in_front.begin(), in_front.end(), known);
}

}  // namespace spillway
