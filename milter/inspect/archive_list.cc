// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/archive_list.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <memory>
#include <optional>

#include "milter/mail/header.h"

namespace spillway {

namespace {

struct Free {
  void operator()(archive* handle) const { archive_read_free(handle); }
};
using Archive = std::unique_ptr<archive, Free>;

constexpr std::array<std::string_view, 14> kTypes = {"application/zip",
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
                                                     "application/x-cpio",
                                                     "application/x-lzma",
                                                     "application/x-compress"};

constexpr std::array<std::string_view, 19> kEndings = {
    ".zip", ".rar", ".7z",  ".gz",  ".tgz", ".bz2", ".tbz", ".xz",  ".txz", ".zst",
    ".tar", ".cab", ".iso", ".img", ".lzh", ".lha", ".arj", ".jar", ".lzma"};

// Those formats that come by mail; none of the filters starts another program.
Archive NewReader() {
  Archive reader(archive_read_new());
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_filter_bzip2(reader.get());
  archive_read_support_filter_xz(reader.get());
  archive_read_support_filter_zstd(reader.get());
  archive_read_support_filter_lzma(reader.get());
  archive_read_support_filter_compress(reader.get());
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

// The end of a long one: there is what matters. Empty: it is not to be had.
std::string NameOf(archive_entry* entry) {
  const char* name = archive_entry_pathname_utf8(entry);
  if (name == nullptr) name = archive_entry_pathname(entry);
  const std::string_view whole = name == nullptr ? "" : name;
  return std::string(
      whole.substr(whole.size() - std::min(whole.size(), InspectionLimits::kNameSize)));
}

std::string Complaint(archive* reader) {
  const char* text = archive_error_string(reader);
  return text == nullptr ? "broken archive" : text;
}

bool WantsPassword(std::string_view complaint) {
  const std::string text = ToLower(complaint);
  return text.find("encrypt") != std::string::npos || text.find("passphrase") != std::string::npos;
}

// The least octets that a name counts, so that the limit on names also limits the members.
constexpr size_t kLeastName = InspectionLimits::kMemberNames / InspectionLimits::kMembers + 1;

// False: there is no room for it.
bool AddName(std::string name, bool encrypted, ListingRoom& room, MimePart& part) {
  const size_t needed = std::max(name.size(), kLeastName);
  if (needed > room.names) return false;
  room.names -= needed;
  part.members.push_back({std::move(name), encrypted});
  return true;
}

std::string WithoutEnding(const std::string& name) {
  return name.substr(0, name.rfind('.'));
}

// A single compressed file has no name of its own: it is the archive's without the ending.
bool AddByArchiveName(ListingRoom& room, MimePart& part) {
  return std::all_of(part.names.begin(), part.names.end(), [&](const std::string& name) {
    return !IsArchiveName(name) || AddName(WithoutEnding(name), false, room, part);
  });
}

// False: there is no room for its name.
bool AddMember(archive* reader, archive_entry* entry, ListingRoom& room, MimePart& part) {
  const bool encrypted = archive_entry_is_encrypted(entry) != 0;
  part.encrypted = part.encrypted || encrypted || archive_read_has_encrypted_entries(reader) > 0;
  if (archive_format(reader) == ARCHIVE_FORMAT_RAW)
    return archive_filter_count(reader) <= 1 || AddByArchiveName(room, part);
  if (archive_entry_filetype(entry) == AE_IFDIR && archive_entry_size(entry) == 0) return true;
  std::string name = NameOf(entry);
  if (name.empty()) part.unreadable = "an archive with a name that cannot be read";
  return AddName(std::move(name), encrypted, room, part);
}

// Does the archive unpack to more than a legitimate archive of its size would?
bool Explodes(uint64_t unpacked, size_t packed, uint64_t most) {
  constexpr uint64_t kRatio = 1000;
  constexpr uint64_t kHarmless = 16 << 20;
  return unpacked > most || (unpacked > kHarmless && unpacked / kRatio > packed);
}

uint64_t Unpacked(archive* reader) {
  if (archive_filter_count(reader) <= 1) return 0;
  return static_cast<uint64_t>(std::max<la_int64_t>(0, archive_filter_bytes(reader, 0)));
}

// An archive that is compressed as a whole must be unpacked to reach the next name. Unpacks in
// small blocks, so that it can stop in time. False: too much data.
bool Pass(archive* reader, size_t packed, uint64_t most) {
  if (archive_filter_count(reader) <= 1) return true;
  const void* block = nullptr;
  size_t size = 0;
  la_int64_t offset = 0;
  while (archive_read_data_block(reader, &block, &size, &offset) == ARCHIVE_OK) {
    if (Explodes(Unpacked(reader), packed, most)) return false;
  }
  return true;
}

// What the reader stands at, unpacked; nullopt for more than `most`, or what cannot be unpacked.
std::optional<std::string> ContentOf(archive* reader, uint64_t most) {
  std::string out;
  const void* block = nullptr;
  size_t size = 0;
  la_int64_t offset = 0;
  int state = ARCHIVE_OK;
  while ((state = archive_read_data_block(reader, &block, &size, &offset)) == ARCHIVE_OK) {
    if (out.size() + size > most) return std::nullopt;
    out.append(static_cast<const char*>(block), size);
  }
  return state == ARCHIVE_EOF ? std::optional(out) : std::nullopt;
}

// Lists what `reader` reads, the archive `name` that was in another. False: there is too much.
bool ListMembers(archive* reader, const std::string& name, size_t packed, ListingRoom& room,
                 MimePart& part) {
  archive_entry* entry = nullptr;
  for (int state = ARCHIVE_OK; state == ARCHIVE_OK || state == ARCHIVE_WARN;) {
    state = archive_read_next_header(reader, &entry);
    if (state != ARCHIVE_OK && state != ARCHIVE_WARN) break;
    const bool encrypted = archive_entry_is_encrypted(entry) != 0;
    part.encrypted = part.encrypted || encrypted;
    const bool raw = archive_format(reader) == ARCHIVE_FORMAT_RAW;
    if (raw && archive_filter_count(reader) <= 1) return true;  // none, whatever its name
    const std::string inner = raw ? WithoutEnding(name) : name + "/" + NameOf(entry);
    if (!AddName(inner, encrypted, room, part) || !Pass(reader, packed, room.unpacked))
      return false;
  }
  if (WantsPassword(Complaint(reader))) part.encrypted = true;
  return true;
}

// An archive in this one is only named.
void ListInner(std::string_view content, const std::string& name, ListingRoom& room,
               MimePart& part) {
  const Archive reader = NewReader();
  archive_read_open_memory(reader.get(), content.data(), content.size());
  if (!ListMembers(reader.get(), name, content.size(), room, part))
    part.unreadable = "an archive of too much";
  room.unpacked -= std::min(room.unpacked, Unpacked(reader.get()));
}

// False: it is too large to be looked into.
bool LookIntoMember(archive* reader, archive_entry* entry, ListingRoom& room, MimePart& part) {
  constexpr uint64_t kMost = 32 << 20;
  const std::string name = NameOf(entry);
  if (archive_format(reader) == ARCHIVE_FORMAT_RAW || !IsArchiveName(name)) return true;
  if (archive_entry_is_encrypted(entry) != 0) return true;
  const auto content = ContentOf(reader, std::min(kMost, room.unpacked));
  if (!content) return false;
  room.unpacked -= content->size();
  ListInner(*content, name, room, part);
  return true;
}

}  // namespace

void PrepareArchives() {
  std::setlocale(LC_CTYPE, "C.UTF-8");
}

bool IsArchiveType(std::string_view type) {
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

bool IsArchiveName(std::string_view name) {
  const std::string lower = ToLower(name);
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return lower.ends_with(ending); });
}

void ListArchive(std::string_view content, ListingRoom& room, MimePart& part) {
  const Archive reader = NewReader();
  archive_entry* entry = nullptr;
  uint64_t said = 0;  // by the entries, of their own size
  int state = archive_read_open_memory(reader.get(), content.data(), content.size());
  while (state == ARCHIVE_OK || state == ARCHIVE_WARN) {
    state = archive_read_next_header(reader.get(), &entry);
    if (state != ARCHIVE_OK && state != ARCHIVE_WARN) break;
    const bool listed = AddMember(reader.get(), entry, room, part) &&
                        LookIntoMember(reader.get(), entry, room, part);
    said += static_cast<uint64_t>(std::max<la_int64_t>(0, archive_entry_size(entry)));
    if (!listed || Explodes(said, content.size(), InspectionLimits::kUnpacked) ||
        !Pass(reader.get(), content.size(), room.unpacked)) {
      part.unreadable = "an archive of too much";
      return;
    }
  }
  room.unpacked -= std::min(room.unpacked, Unpacked(reader.get()));
  if (state == ARCHIVE_EOF) return;
  const std::string complaint = Complaint(reader.get());
  // Compressed, but even the raw format does not accept the content: it is empty.
  if (archive_filter_count(reader.get()) > 1 && complaint == "Unrecognized archive format") return;
  if (WantsPassword(complaint))
    part.encrypted = true;
  else
    part.unreadable = complaint;
}

}  // namespace spillway
