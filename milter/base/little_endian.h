// SPDX-License-Identifier: BSD-2-Clause
// Numbers with the least significant octet first, as the files of Windows and zips have them.
#pragma once

#include <cstdint>
#include <string_view>

namespace spillway {

// Of at most four octets.
inline uint32_t FromLittle(std::string_view octets) {
  uint32_t out = 0;
  for (size_t i = octets.size(); i > 0; --i)
    out = out << 8U | static_cast<unsigned char>(octets[i - 1]);
  return out;
}

}  // namespace spillway
