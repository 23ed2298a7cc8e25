// SPDX-License-Identifier: BSD-2-Clause
// A file that is there whole, as it was or as it shall be, whatever happens in between.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace spillway {

// Writes PATH.new, syncs it, renames it to `path`. Throws std::system_error naming the path.
void ReplaceFile(const std::string& path, std::string_view bytes, mode_t mode);

}  // namespace spillway
