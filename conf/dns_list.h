// SPDX-License-Identifier: BSD-2-Clause
// A DNS list (RFC 5782) as Postfix's postscreen_dnsbl_sites writes it: zone=answers*weight.
//   zen.spamhaus.org=127.0.0.[2..11]*3    list.dnswl.org=127.0.[0..255].[1..3]*-2    bl.example
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spillway {

struct DnsList {
  using Octet = std::bitset<256>;

  std::string zone;              // lower case
  std::array<Octet, 4> answers;  // which count, octet by octet; without "=", all of 127.0.0.0/8
  int weight = 1;                // -100 to 100; below 0 for lists of good senders

  // nullopt when `text` is not of that form.
  static std::optional<DnsList> Parse(std::string_view text);
  bool operator==(const DnsList&) const = default;
  bool Counts(const std::array<uint8_t, 4>& answer) const;
};

}  // namespace spillway
