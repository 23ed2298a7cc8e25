// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/archive_list.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <memory>

#include "milter/mail/header.h"

namespace spillway {

namespace {

struct Free {
  void operator()(archive* handle) const { archive_read_free(handle); }
};
using Archive = std::unique_ptr<archive, Free>;

constexpr std::array<std::string_view, 12> kTypes = {"application/zip",
                                                     "application/vnd.rar",
                                                     "application/x-7z-compressed",
                                                     "application/gzip",
                                                     "application/x-bzip2",
                                                     "application/x-xz",
                                                     "application/zstd",
                                                     "application/x-tar",
                                                     "application/vnd.ms-cab-compressed",
                                                     "application/x-iso9660-image",
                                                     "application/x-lzh-compressed",
                                                     "application/x-cpio"};

constexpr std::array<std::string_view, 18> kEndings = {
    ".zip", ".rar", ".7z",  ".gz",  ".tgz", ".bz2", ".tbz", ".xz",  ".txz",
    ".zst", ".tar", ".cab", ".iso", ".img", ".lzh", ".lha", ".arj", ".jar"};

// Those formats that come by mail; none of the filters starts another program.
Archive NewReader() {
  Archive reader(archive_read_new());
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_filter_bzip2(reader.get());
  archive_read_support_filter_xz(reader.get());
  archive_read_support_filter_zstd(reader.get());
  archive_read_support_format_zip(reader.get());
  archive_read_support_format_rar(reader.get());
  archive_read_support_format_rar5(reader.get());
  archive_read_support_format_7zip(reader.get());
  archive_read_support_format_tar(reader.get());
  archive_read_support_format_cab(reader.get());
  archive_read_support_format_iso9660(reader.get());
  archive_read_support_format_lha(reader.get());
  archive_read_support_format_cpio(reader.get());
  // A file that is only compressed, after all the others have declined.
  archive_read_support_format_raw(reader.get());
  return reader;
}

std::string NameOf(archive_entry* entry) {
  const char* name = archive_entry_pathname_utf8(entry);
  if (name == nullptr) name = archive_entry_pathname(entry);
  return name == nullptr ? std::string() : std::string(name).substr(0, InspectionLimits::kNameSize);
}

std::string Complaint(archive* reader) {
  const char* text = archive_error_string(reader);
  return text == nullptr ? "broken archive" : text;
}

bool WantsPassword(std::string_view complaint) {
  const std::string text = ToLower(complaint);
  return text.find("encrypt") != std::string::npos || text.find("passphrase") != std::string::npos;
}

void AddMember(archive* reader, archive_entry* entry, MimePart& part) {
  const bool encrypted = archive_entry_is_encrypted(entry) != 0;
  part.encrypted = part.encrypted || encrypted || archive_read_has_encrypted_entries(reader) > 0;
  // A single compressed file has no name of its own: it is the archive's without the ending.
  const bool raw = archive_format(reader) == ARCHIVE_FORMAT_RAW;
  if (raw || archive_entry_filetype(entry) == AE_IFDIR) return;
  part.members.push_back({NameOf(entry), encrypted});
}

// Does it make more than an honest archive does of its octets?
bool Explodes(uint64_t unpacked, size_t packed) {
  constexpr uint64_t kRatio = 1000;
  constexpr uint64_t kHarmless = 16 << 20;
  return unpacked > InspectionLimits::kUnpacked ||
         (unpacked > kHarmless && unpacked / kRatio > packed);
}

// What is compressed as a whole must be unpacked to get to the next name: in small pieces, so that
// it can be left in time. False: too much.
bool Pass(archive* reader, size_t packed) {
  if (archive_filter_count(reader) <= 1) return true;
  const void* block = nullptr;
  size_t size = 0;
  la_int64_t offset = 0;
  while (archive_read_data_block(reader, &block, &size, &offset) == ARCHIVE_OK) {
    if (Explodes(static_cast<uint64_t>(archive_filter_bytes(reader, 0)), packed)) return false;
  }
  return true;
}

}  // namespace

bool IsArchiveType(std::string_view type) {
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

bool IsArchiveName(std::string_view name) {
  const std::string lower = ToLower(name);
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return lower.ends_with(ending); });
}

void ListArchive(std::string_view content, MimePart& part) {
  const Archive reader = NewReader();
  archive_entry* entry = nullptr;
  uint64_t said = 0;  // by the entries, of their own size
  int state = archive_read_open_memory(reader.get(), content.data(), content.size());
  while (state == ARCHIVE_OK || state == ARCHIVE_WARN) {
    state = archive_read_next_header(reader.get(), &entry);
    if (state != ARCHIVE_OK && state != ARCHIVE_WARN) break;
    AddMember(reader.get(), entry, part);
    said += static_cast<uint64_t>(std::max<la_int64_t>(0, archive_entry_size(entry)));
    if (part.members.size() > InspectionLimits::kMembers || Explodes(said, content.size()) ||
        !Pass(reader.get(), content.size())) {
      part.unreadable = "an archive of too much";
      return;
    }
  }
  if (state == ARCHIVE_EOF) return;
  const std::string complaint = Complaint(reader.get());
  if (WantsPassword(complaint)) part.encrypted = true;
  part.unreadable = complaint;
}

}  // namespace spillway
