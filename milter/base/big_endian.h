// SPDX-License-Identifier: BSD-2-Clause
// 32-bit numbers in network byte order, as the milter protocol has them.
#pragma once

#include <arpa/inet.h>

#include <cstdint>
#include <cstring>
#include <string>

namespace spillway {

inline std::string Big32(uint32_t value) {
  const uint32_t big = htonl(value);
  return {reinterpret_cast<const char*>(&big), sizeof(big)};
}

// Reads four octets.
inline uint32_t FromBig32(const char* bytes) {
  uint32_t big = 0;
  std::memcpy(&big, bytes, sizeof(big));
  return ntohl(big);
}

}  // namespace spillway
