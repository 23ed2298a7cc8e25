// SPDX-License-Identifier: BSD-2-Clause
#include "milter/mail/message.h"

#include <algorithm>

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

bool IsAmong(ClientClass cls, const std::vector<std::string>& classes) {
  const std::string_view name =
      ClientClassName(cls == ClientClass::kProbe ? ClientClass::kExternal : cls);
  return std::find(classes.begin(), classes.end(), name) != classes.end();
}

}  // namespace spillway
