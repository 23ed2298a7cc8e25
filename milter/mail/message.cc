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

void Message::AddHeader(std::string_view name, std::string_view value) {
  // Postfix's header_size_limit is 102,400 octets, Sendmail's 32,768.
  constexpr size_t kMaxBytes = 512 * 1024, kMaxFields = 5000, kMaxLateBytes = 4096;
  constexpr unsigned kMaxLate = 4;
  const size_t size = name.size() + value.size() + 3;
  if (headers.size() >= kMaxFields || header_bytes + size > kMaxBytes) {
    headers_truncated = true;
    if (!IsAuthorField(name) || ++late_authors_ > kMaxLate) return;
    if (late_authors_ == kMaxLate || value.size() > kMaxLateBytes) value = {};
  } else {
    header_bytes += size;
  }
  headers.push_back({std::string(name), std::string(value)});
}

}  // namespace spillway
