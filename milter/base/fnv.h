// SPDX-License-Identifier: BSD-2-Clause
// FNV-1a of 64 bits (Fowler, Noll and Vo; RFC 9923): for tables and against damage, where nobody
// gains from a collision; or seeded by its basis.
#pragma once

#include <cstdint>
#include <string_view>

namespace spillway {

constexpr uint64_t kFnvBasis = 0xcbf29ce484222325;

constexpr uint64_t Fnv1a(char byte, uint64_t hash) {
  return (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
}

// Goes on from `hash`.
constexpr uint64_t Fnv1a(std::string_view bytes, uint64_t hash = kFnvBasis) {
  for (const char byte : bytes) hash = Fnv1a(byte, hash);
  return hash;
}

}  // namespace spillway
