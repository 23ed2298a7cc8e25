// SPDX-License-Identifier: BSD-2-Clause
// Empty lines are held back until a line follows that is not empty: at the end they do not count.
#include "milter/auth/dkim_body_length.h"

namespace spillway {

namespace {

constexpr uint64_t kLineEnd = 2;  // CRLF

void EndLine(uint64_t& total, uint64_t& empty, uint64_t& line) {
  if (line == 0) {
    empty += kLineEnd;
    return;
  }
  total += empty + line + kLineEnd;
  empty = line = 0;
}

}  // namespace

void DkimBodyLength::Add(std::string_view chunk) {
  for (const char c : chunk) {
    if (c == '\n' && carriage_return_) {
      carriage_return_ = false;
      EndLine(raw_, raw_empty_, raw_line_);
      EndLine(relaxed_, relaxed_empty_, relaxed_line_);
      space_ = false;
      continue;
    }
    if (carriage_return_) {  // a bare CR is text
      ++raw_line_;
      relaxed_line_ += space_ ? 2 : 1;
      space_ = false;
    }
    carriage_return_ = c == '\r';
    if (carriage_return_) continue;
    ++raw_line_;
    if (c == ' ' || c == '\t') {
      space_ = true;
      continue;
    }
    relaxed_line_ += space_ ? 2 : 1;
    space_ = false;
  }
}

uint64_t DkimBodyLength::simple() const {
  const uint64_t whole = raw_line_ == 0 ? raw_ : raw_ + raw_empty_ + raw_line_ + kLineEnd;
  return whole == 0 ? kLineEnd : whole;  // section 3.4.3: an empty body is one CRLF
}

uint64_t DkimBodyLength::relaxed() const {
  return relaxed_line_ == 0 ? relaxed_ : relaxed_ + relaxed_empty_ + relaxed_line_ + kLineEnd;
}

}  // namespace spillway
