// SPDX-License-Identifier: BSD-2-Clause
// What the filter and the policy daemon know the same message by, when it comes again: its MAIL
// FROM and its first recipient, as greylisting takes it (RFC 6647 section 5). Letters of either
// case are the same. Never 0; two messages in four thousand million are taken for one.
#pragma once

#include <cstdint>
#include <string_view>

namespace spillway {

inline uint32_t MailHash(std::string_view mail_from, std::string_view recipient) {
  constexpr uint32_t kBasis = 0x811c9dc5;  // FNV-1a
  constexpr uint32_t kPrime = 0x01000193;
  uint32_t hash = kBasis;
  const auto add = [&hash](unsigned char c) {
    hash = (hash ^ (c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c)) * kPrime;
  };
  for (const char c : mail_from) add(static_cast<unsigned char>(c));
  add(0);
  for (const char c : recipient) add(static_cast<unsigned char>(c));
  return hash == 0 ? 1 : hash;
}

}  // namespace spillway
