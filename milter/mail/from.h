// SPDX-License-Identifier: BSD-2-Clause
// The author domain of the From field, by a strict reader. A field that a mail program might
// display differently from our reading is an error: a lenient reader that takes "the first address"
// lets forged mail through.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "milter/mail/header.h"

namespace spillway {

struct Author {
  std::string domain;  // as AsciiDomain() has it; empty after an error
  std::string error;   // for people: "2 From fields", "several author domains", ...
};

// RFC 5322 section 3.6.2, with UTF-8 (RFC 6532); without groups (RFC 6854), address literals and
// the obsolete routes. Several mailboxes are good if they are all of one domain.
Author FindAuthor(const std::vector<HeaderField>& headers);
Author ParseFrom(std::string_view value);

}  // namespace spillway
