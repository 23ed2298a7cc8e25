// SPDX-License-Identifier: BSD-2-Clause
// The domains of the authors, from the From field. A strict reader first. Of a field that mail
// programs might display differently from its reading, and of several fields, every domain that one
// of them could show: a lenient reader that takes "the first address" lets forged mail through, and
// a strict one that takes none lets through what it does not read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "milter/mail/header.h"

namespace spillway {

struct Author {
  std::vector<std::string> domains;  // as AsciiDomain() has them, each once; empty: none is found
  std::string error;  // why this is not one domain by the grammar: "2 From fields", ...; or empty

  // The only one, or empty.
  std::string domain() const { return domains.size() == 1 ? domains.front() : std::string(); }
};

// By the grammar: RFC 5322 section 3.6.2, with UTF-8 (RFC 6532); without groups (RFC 6854), address
// literals and the obsolete routes. More than kMaxAuthorDomains are as good as none.
constexpr size_t kMaxAuthorDomains = 8;
Author FindAuthor(const std::vector<HeaderField>& headers);
Author ParseFrom(std::string_view value);

}  // namespace spillway
