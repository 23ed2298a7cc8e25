// SPDX-License-Identifier: BSD-2-Clause
// Envelope addresses (RFC 5321 section 4.1.2), as a milter gets them: "<user@example.org>".
#pragma once

#include <string>
#include <string_view>

namespace spillway {

struct Mailbox {
  std::string local;   // as written, quotes included; empty for the null sender
  std::string domain;  // lower case; empty when there is none

  bool null() const { return local.empty() && domain.empty(); }
  std::string ToString() const;
};

// Lenient: takes off angle brackets and a source route ("@a,@b:"), splits at the last "@". What is
// left without "@" is a local part.
Mailbox ParsePath(std::string_view path);

// A name with at least two labels, each 1 to 63 octets, 253 in all, no control characters or
// spaces, no address literal: something that can be asked in DNS. A final dot is allowed.
bool IsQualifiedDomain(std::string_view name);

}  // namespace spillway
