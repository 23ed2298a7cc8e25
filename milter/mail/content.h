// SPDX-License-Identifier: BSD-2-Clause
// The text of a message as content checks and scanners see it: header, empty line and body, lines
// ending with CRLF, up to a limit. Kept in pieces that are shared and never change, so that several
// scanners read the one copy.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "milter/mail/header.h"

namespace spillway {

class Content {
 public:
  using Piece = std::shared_ptr<const std::string>;

  // Keeps at most `limit` octets.
  explicit Content(size_t limit) : limit_(limit) {}

  void AddHeaders(const std::vector<HeaderField>& fields);
  void AddBody(std::string_view chunk);

  const std::vector<Piece>& pieces() const { return pieces_; }
  size_t size() const { return size_; }
  // Something did not fit. Content that fits exactly is not full, so that checks still ask for the
  // rest and a cut is noticed.
  bool full() const { return full_; }
  // There is more to the message than this.
  void MarkTruncated() { cut_ = true; }
  bool truncated() const { return full_ || cut_; }

 private:
  void Add(std::string text);

  const size_t limit_;
  std::vector<Piece> pieces_;
  size_t size_ = 0;
  bool full_ = false;
  bool cut_ = false;
};

}  // namespace spillway
