// SPDX-License-Identifier: BSD-2-Clause
// What spillwayctl prints comes in part from strangers: names of clients, records of domains, a
// journal that somebody else may have written. None of it may steer the administrator's terminal.
#pragma once

#include <ostream>
#include <streambuf>
#include <string>

namespace spillway {

// While it lives, `stream` writes control characters but tab and line feed as "\xNN", those of
// Unicode (U+0080 to U+009F) too.
class PlainOutput final : private std::streambuf {
 public:
  explicit PlainOutput(std::ostream& stream);
  ~PlainOutput() override;
  PlainOutput(const PlainOutput&) = delete;
  PlainOutput& operator=(const PlainOutput&) = delete;

 private:
  int_type overflow(int_type c) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override { return out_->pubsync(); }
  // True when all was written.
  bool Write(std::string_view text) {
    const auto size = static_cast<std::streamsize>(text.size());
    return out_->sputn(text.data(), size) == size;
  }
  bool Put(char c);

  std::ostream& stream_;
  std::streambuf* const out_;
  bool after_lead_ = false;  // 0xC2, in front of U+0080 to U+00BF, is held back
  int open_ = 0;             // octets that a character of UTF-8 still lacks
};

}  // namespace spillway
