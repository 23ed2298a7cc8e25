// SPDX-License-Identifier: BSD-2-Clause
#include "policy/ctl/plain_output.h"

#include <algorithm>
#include <cstdio>

namespace spillway {

namespace {

constexpr char kLead = '\xc2';

std::string Escaped(char c) {
  char text[8];
  std::snprintf(text, sizeof(text), "\\x%02x",
                static_cast<unsigned>(static_cast<unsigned char>(c)));
  return text;
}

bool IsControl(char c) {
  return (c >= 0 && c < ' ' && c != '\t' && c != '\n') || c == 0x7f;
}

}  // namespace

PlainOutput::PlainOutput(std::ostream& stream) : stream_(stream), out_(stream.rdbuf(this)) {}

PlainOutput::~PlainOutput() {
  stream_.rdbuf(out_);
  if (after_lead_) Write({&kLead, 1});
}

bool PlainOutput::Put(char c) {
  const auto octet = static_cast<unsigned char>(c);
  const bool follows = (octet & 0xc0U) == 0x80U;
  if (after_lead_) {
    after_lead_ = false;
    if (octet >= 0x80 && octet < 0xa0) return Write(Escaped(kLead) + Escaped(c));
    if (!Write({&kLead, 1})) return false;
    if (follows) return Write({&c, 1});
  }
  // What follows nothing is a control character for terminals without UTF-8.
  const bool lone = follows && open_ == 0;
  open_ = follows         ? std::max(open_, 1) - 1
          : octet >= 0xf0 ? 3
          : octet >= 0xe0 ? 2
          : octet > 0xc2  ? 1
                          : 0;
  if (c == kLead) return after_lead_ = true;
  return IsControl(c) || lone ? Write(Escaped(c)) : Write({&c, 1});
}

PlainOutput::int_type PlainOutput::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  return Put(traits_type::to_char_type(c)) ? c : traits_type::eof();
}

std::streamsize PlainOutput::xsputn(const char* text, std::streamsize size) {
  std::streamsize written = 0;
  while (written < size && Put(text[written])) ++written;
  return written;
}

}  // namespace spillway
