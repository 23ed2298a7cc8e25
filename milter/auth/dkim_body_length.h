// SPDX-License-Identifier: BSD-2-Clause
// How long a body is after canonicalisation (RFC 6376 sections 3.4.3 and 3.4.4), counted while it
// streams. Needed to tell whether l= covers a body: libopendkim stops counting at l=.
#pragma once

#include <cstdint>
#include <string_view>

namespace spillway {

class DkimBodyLength {
 public:
  // Lines end in CRLF; chunks may split anywhere.
  void Add(std::string_view chunk);
  // Valid at any time, as if the body ended there; a missing last CRLF is counted as RFC 6376 adds
  // it.
  uint64_t simple() const;
  uint64_t relaxed() const;

 private:
  uint64_t raw_ = 0;           // octets up to the end of the last line that is not empty
  uint64_t relaxed_ = 0;       // the same, relaxed
  uint64_t raw_line_ = 0;      // octets of the current line
  uint64_t relaxed_line_ = 0;  // octets of the current line without trailing white space
  uint64_t raw_empty_ = 0;     // CRLFs of empty lines not yet known to be trailing
  uint64_t relaxed_empty_ = 0;
  bool space_ = false;  // white space is pending in the current line
  bool carriage_return_ = false;
};

}  // namespace spillway
