// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/canonical.h"

#include <openssl/evp.h>

#include <algorithm>

namespace spillway {

namespace {

constexpr size_t kFlushAt = 16 * 1024;
constexpr std::string_view kLineEnd = "\r\n";

bool IsBlank(char c) {
  return c == ' ' || c == '\t';
}

// Looked up once: every look-up takes locks of the library's.
const EVP_MD* Algorithm() {
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kSha256;
}

// How much of a text that begins with neither a CR nor a blank stays as it is: no line ends, and
// single spaces only between other octets.
size_t RelaxedLength(std::string_view text) {
  size_t i = 1;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) > ' ') continue;  // most are
    if (c == '\r' || c == '\t') break;
    const bool between = i + 1 < text.size() && !IsBlank(text[i + 1]) && text[i + 1] != '\r';
    if (c == ' ' && !between) break;
  }
  return i;
}

// Unfolded, white space reduced to single spaces, none at the ends (section 3.4.2). Line breaks are
// LF or CRLF; a CR alone is text.
std::string Relaxed(std::string_view value) {
  std::string out;
  bool space = false;
  value = Trim(value);
  for (size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\n' || value.substr(i, 2) == kLineEnd) continue;
    if (IsBlank(c)) {
      space = true;
      continue;
    }
    if (space) out += ' ';
    space = false;
    out += c;
  }
  return out;
}

}  // namespace

std::string Sha256(std::string_view text) {
  std::string digest(32, '\0');
  EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
             Algorithm(), nullptr);
  return digest;
}

std::string CanonicalHeader(const HeaderField& field, bool relaxed) {
  if (!relaxed) return CanonicalLineBreaks(field) + std::string(kLineEnd);
  return ToLower(Trim(field.name)) + ":" + Relaxed(field.value) + std::string(kLineEnd);
}

void BodyHash::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

BodyHash::BodyHash(bool relaxed) : relaxed_(relaxed), context_(EVP_MD_CTX_new()) {
  EVP_DigestInit_ex(context_.get(), Algorithm(), nullptr);
}

void BodyHash::Flush() {
  EVP_DigestUpdate(context_.get(), out_.data(), out_.size());
  size_ += out_.size();
  out_.clear();
}

// Octets of a line, and before them what was held back.
void BodyHash::Content(std::string_view text) {
  for (; lines_ > 0; --lines_) {
    out_ += kLineEnd;
    if (out_.size() >= kFlushAt) Flush();
  }
  if (space_) out_ += ' ';
  space_ = false;
  content_ = true;
  out_ += text;
  if (out_.size() >= kFlushAt) Flush();
}

void BodyHash::Update(std::string_view chunk) {
  while (!chunk.empty()) {
    const char c = chunk.front();
    if (return_) {
      return_ = false;
      if (c == '\n') {
        ++lines_;
        space_ = false;
        chunk.remove_prefix(1);
        continue;
      }
      Content("\r");
    }
    if (c == '\r') {
      return_ = true;
      chunk.remove_prefix(1);
    } else if (relaxed_ && IsBlank(c)) {
      space_ = true;
      chunk.remove_prefix(1);
    } else {
      const size_t length =
          relaxed_ ? RelaxedLength(chunk) : std::min(chunk.find('\r'), chunk.size());
      Content(chunk.substr(0, length));
      chunk.remove_prefix(length);
    }
  }
}

std::string BodyHash::Finish() {
  if (return_) Content("\r");
  if (content_ || !relaxed_) out_ += kLineEnd;
  Flush();
  std::string digest(32, '\0');
  EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  return digest;
}

}  // namespace spillway
