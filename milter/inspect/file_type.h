// SPDX-License-Identifier: BSD-2-Clause
// What a file is, by its content.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct magic_set;

namespace spillway {

// Not thread-safe. Opens libmagic's database when it is made, and no file afterwards.
class FileTypes {
 public:
  // Throws std::runtime_error when the database cannot be read.
  FileTypes();

  // A media type: "application/zip", "text/plain" for any text, "application/octet-stream" when it
  // is not known; empty for no content. The types that matter for mail are told by the numbers at
  // their beginning, and libmagic is asked for the rest, about the first 4 KiB.
  std::string Of(std::string_view content) const;

 private:
  struct Close {
    void operator()(magic_set* cookie) const;
  };
  std::unique_ptr<magic_set, Close> cookie_;
};

}  // namespace spillway
