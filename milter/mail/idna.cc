// SPDX-License-Identifier: BSD-2-Clause
#include "milter/mail/idna.h"

#include <idn2.h>

#include <algorithm>
#include <memory>

#include "milter/base/ascii.h"
#include "milter/mail/address.h"
#include "milter/mail/header.h"

namespace spillway {

namespace {

struct Free {
  void operator()(char* text) const { idn2_free(text); }
};

// A-labels for U-labels, in lower case, and without a final dot.
std::optional<std::string> Converted(std::string_view domain) {
  std::string name(domain);
  if (!IsAscii(name)) {
    if (name.size() > 255 || name.find('\0') != std::string::npos) return std::nullopt;
    char* raw = nullptr;
    const int code = idn2_to_ascii_8z(name.c_str(), &raw, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const std::unique_ptr<char, Free> converted(raw);
    if (code != IDN2_OK) return std::nullopt;
    name = converted.get();
  }
  if (name.ends_with('.')) name.pop_back();  // U+3002 and its like are dots, too
  return ToLower(name);
}

// IDNA may map other characters to "@" and the like.
bool IsPlain(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
  });
}

}  // namespace

std::optional<std::string> AsciiDomain(std::string_view domain) {
  auto name = Converted(domain);
  if (!name || !IsPlain(*name) || name->ends_with('.') || !IsQualifiedDomain(*name))
    return std::nullopt;
  return name;
}

std::string DnsName(std::string_view name) {
  auto converted = Converted(name);
  return converted && IsPlain(*converted) ? *converted : ToLower(name);
}

}  // namespace spillway
