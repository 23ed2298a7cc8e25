// SPDX-License-Identifier: BSD-2-Clause
// What the filter and the policy daemon know the same message by, when it comes again: its MAIL
// FROM and its first recipient, as greylisting takes it (RFC 6647 section 5). Letters of either
// case are the same. Never 0; two messages in four thousand million are taken for one.
#pragma once

#include <cstdint>
#include <string_view>

#include "milter/base/fnv.h"

namespace spillway {

inline uint32_t MailHash(std::string_view mail_from, std::string_view recipient) {
  uint64_t hash = kFnvBasis;
  const auto add = [&hash](std::string_view address) {
    for (const char c : address)
      hash = Fnv1a(c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c, hash);
  };
  add(mail_from);
  hash = Fnv1a('\0', hash);
  add(recipient);
  const auto folded = static_cast<uint32_t>(hash ^ hash >> 32);
  return folded == 0 ? 1 : folded;
}

}  // namespace spillway
