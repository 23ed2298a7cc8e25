// SPDX-License-Identifier: BSD-2-Clause
// Finds input that mail readers interpret differently and that GMime accepts silently. Called for
// each part, and at the end for the text of the whole message.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "milter/inspect/inspection.h"

namespace spillway {

// Each finding once.
void AddAmbiguity(Inspection& out, const std::string& text);

// "quoted-printable;" and its like, which some readers take for it.
bool IsNearlyQuotedPrintable(std::string_view encoding);

class Ambiguities {
 public:
  // `text`: a message, as it was sent; it and `out` outlive this.
  Ambiguities(std::string_view text, Inspection& out) : text_(text), out_(out) {}

  // A field of a part.
  void CheckField(std::string_view raw_value);
  // Its Content-Type, as written. `is_multipart`: taken for one.
  void CheckType(std::string_view raw_value, bool is_multipart);
  // Its Content-Transfer-Encoding, by what the part is.
  enum class Content : uint8_t { kParts, kNamelessText, kOther };
  void CheckEncoding(std::string_view encoding, Content content);
  // What follows the padding of base64, if anything.
  void CheckBase64(std::string_view raw);
  // What stands before and behind the parts of a multipart (RFC 2046 section 5.1.1).
  void CheckBoundary(const std::string& boundary, std::string_view before, std::string_view behind);
  // Once all boundaries are known.
  void CheckLines();

 private:
  void Add(const std::string& text) { AddAmbiguity(out_, text); }
  bool IsBoundary(std::string_view line) const;

  const std::string_view text_;
  Inspection& out_;
  std::set<std::string, std::less<>> boundaries_;
};

}  // namespace spillway
