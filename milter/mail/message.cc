// SPDX-License-Identifier: BSD-2-Clause
#include "milter/mail/message.h"

namespace spillway {

std::string_view ClientClassName(ClientClass cls) {
  switch (cls) {
    case ClientClass::kInternal:
      return "internal";
    case ClientClass::kAuthenticated:
      return "authenticated";
    case ClientClass::kProbe:
      return "probe";
    case ClientClass::kExternal:
      break;
  }
  return "external";
}

}  // namespace spillway
