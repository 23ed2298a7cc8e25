// SPDX-License-Identifier: BSD-2-Clause
// Names of the record types, for logs.
#include "milter/dns/resolver.h"

namespace spillway {

std::string_view RrTypeName(RrType type) {
  switch (type) {
    case RrType::kA:
      return "A";
    case RrType::kCname:
      return "CNAME";
    case RrType::kPtr:
      return "PTR";
    case RrType::kMx:
      return "MX";
    case RrType::kTxt:
      return "TXT";
    case RrType::kAaaa:
      return "AAAA";
  }
  return "?";
}

}  // namespace spillway
