// SPDX-License-Identifier: BSD-2-Clause
// Archives for tests, written by libarchive.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <string>
#include <utility>
#include <vector>

namespace spillway {

struct ArchiveForm {
  int (*format)(archive*) = archive_write_set_format_zip;
  int (*filter)(archive*) = archive_write_add_filter_none;
  const char* options = "";
  const char* password = nullptr;
};

using ArchiveFiles = std::vector<std::pair<std::string, std::string>>;  // name and content

inline std::string MakeArchive(const ArchiveForm& form, const ArchiveFiles& files) {
  std::string out(32 << 20, '\0');
  size_t used = 0;
  archive* writer = archive_write_new();
  form.format(writer);
  form.filter(writer);
  archive_write_set_bytes_in_last_block(writer, 1);
  archive_write_set_options(writer, form.options);
  if (form.password != nullptr) archive_write_set_passphrase(writer, form.password);
  archive_write_open_memory(writer, out.data(), out.size(), &used);
  for (const auto& [name, content] : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(writer, entry);
    archive_write_data(writer, content.data(), content.size());
    archive_entry_free(entry);
  }
  archive_write_free(writer);
  out.resize(used);
  return out;
}

}  // namespace spillway
