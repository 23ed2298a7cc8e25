// SPDX-License-Identifier: BSD-2-Clause
// The MTA has already accepted the path, so parsing here splits and does not judge.
#include "milter/mail/address.h"

#include <algorithm>

#include "milter/mail/header.h"

namespace spillway {

std::string Mailbox::ToString() const {
  return domain.empty() ? local : local + "@" + domain;
}

Mailbox ParsePath(std::string_view path) {
  path = Trim(path);
  if (path.size() >= 2 && path.front() == '<' && path.back() == '>') {
    path = path.substr(1, path.size() - 2);
  }
  if (!path.empty() && path.front() == '@') {
    const size_t colon = path.find(':');
    if (colon != std::string_view::npos) path.remove_prefix(colon + 1);
  }
  Mailbox mailbox;
  const size_t at = path.rfind('@');
  mailbox.local = path.substr(0, at);
  if (at != std::string_view::npos) mailbox.domain = ToLower(path.substr(at + 1));
  return mailbox;
}

bool IsQualifiedDomain(std::string_view name) {
  constexpr size_t kMaxName = 253;
  constexpr size_t kMaxLabel = 63;
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  if (name.empty() || name.size() > kMaxName || name.front() == '[') return false;
  if (std::any_of(name.begin(), name.end(), [](char c) { return c <= ' ' && c >= 0; }))
    return false;
  size_t labels = 0;
  while (true) {
    const size_t dot = name.find('.');
    const size_t length = dot == std::string_view::npos ? name.size() : dot;
    if (length == 0 || length > kMaxLabel) return false;
    ++labels;
    if (dot == std::string_view::npos) return labels >= 2;
    name.remove_prefix(dot + 1);
  }
}

}  // namespace spillway
