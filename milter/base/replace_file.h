// SPDX-License-Identifier: BSD-2-Clause
// Replaces a file atomically: the path always leads to the complete old or the complete new file.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace spillway {

// Writes PATH.new, syncs it, renames it to `path`. Throws std::system_error naming the path.
void ReplaceFile(const std::string& path, std::string_view bytes, mode_t mode);

}  // namespace spillway
