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

bool IsAmong(const Client& client, const std::vector<std::string>& classes) {
  const bool probe = client.cls == ClientClass::kProbe;
  const auto has = [&](std::string_view name) {
    return std::find(classes.begin(), classes.end(), name) != classes.end();
  };
  return has(ClientClassName(probe ? ClientClass::kExternal : client.cls)) ||
         std::any_of(client.named.begin(), client.named.end(), has);
}

std::string ClassNames(const Client& client) {
  std::string out(ClientClassName(client.cls));
  for (const std::string& name : client.named) out += "," + name;
  return out;
}

}  // namespace spillway
