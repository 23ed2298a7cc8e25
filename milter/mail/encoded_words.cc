// SPDX-License-Identifier: BSD-2-Clause
#include "milter/mail/encoded_words.h"

#include <gmime/gmime.h>

#include <memory>
#include <mutex>

#include "milter/mail/header.h"

namespace spillway {

std::string ReadableValue(std::string_view value) {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
  std::string text;
  for (const char c : Trim(value)) {
    if (c != '\r' && c != '\n') text += c == '\t' || c == '\0' ? ' ' : c;
  }
  if (text.find("=?") == std::string::npos) return text;
  const std::unique_ptr<char, decltype(&g_free)> decoded(
      g_mime_utils_header_decode_text(nullptr, text.c_str()), &g_free);
  return decoded ? std::string(decoded.get()) : text;
}

}  // namespace spillway
