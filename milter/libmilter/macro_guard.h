// SPDX-License-Identifier: BSD-2-Clause
// Follows the packets of one MTA connection, as far as libmilter must not see one of them:
// smfi_getsymval() goes from name to name by twos, past the end of a macro packet whose last name
// has no value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spillway {

class MacroGuard {
 public:
  // The next octets that the MTA sent. False: a macro packet ends there that does not consist of
  // pairs, or a packet without a command; the connection must not go on.
  bool Pass(std::string_view octets);

 private:
  // Octets of one packet behind its length.
  bool PassData(std::string_view octets);

  size_t head_ = 0;     // octets of the packet's head, a length and a command, seen so far
  uint32_t left_ = 0;   // octets of the packet behind its length
  bool macro_ = false;  // is it a macro packet?
  bool stage_ = false;  // of such: has the command that the macros are for been seen?
  bool odd_ = false;    // the number of its strings
  char last_ = 0;
};

}  // namespace spillway
