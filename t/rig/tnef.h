// SPDX-License-Identifier: BSD-2-Clause
// TNEF streams ([MS-OXTNEF]) for tests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spillway {

struct TnefFile {
  std::string title;
  std::string data;
  std::string long_name;  // in UTF-16 when it is written; empty: none
  std::string object;     // a message within; empty: none
};

inline std::string Little(uint64_t value, size_t octets) {
  std::string out;
  for (; octets > 0; --octets, value >>= 8U) out += static_cast<char>(value & 0xffU);
  return out;
}

inline std::string TnefAttribute(uint32_t tag, const std::string& data) {
  return Little(2, 1) + Little(tag, 4) + Little(data.size(), 4) + data + Little(0, 2);
}

// One property of one value.
inline std::string TnefProperty(uint32_t id, uint32_t type, const std::string& value) {
  return Little(type, 2) + Little(id, 2) + Little(1, 4) + Little(value.size(), 4) + value +
         std::string((4 - value.size() % 4) % 4, '\0');
}

inline std::string Tnef(const std::vector<TnefFile>& files) {
  std::string out = Little(0x223e9f78, 4) + Little(1, 2);
  for (const TnefFile& file : files) {
    out += TnefAttribute(0x00069002, std::string(14, '\0'));
    out += TnefAttribute(0x00018010, file.title + '\0');
    out += TnefAttribute(0x0006800f, file.data);
    std::string wide;
    for (const char c : file.long_name) wide += {c, '\0'};
    // A number, a named one, and what is looked for.
    std::string properties = Little(0x0003, 2) + Little(0x3705, 2) + Little(1, 4) +
                             Little(0x0003, 2) + Little(0x8001, 2) + std::string(16, 'g') +
                             Little(0, 4) + Little(7, 4) + Little(5, 4);
    uint32_t count = 2;
    if (!wide.empty()) {
      properties += TnefProperty(0x3707, 0x001f, wide + std::string(2, '\0'));
      ++count;
    }
    if (!file.object.empty()) {
      properties += TnefProperty(0x3701, 0x000d, std::string(16, 'i') + file.object);
      ++count;
    }
    out += TnefAttribute(0x00069005, Little(count, 4) + properties);
  }
  return out;
}

}  // namespace spillway
