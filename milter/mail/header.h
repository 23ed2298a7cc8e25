// SPDX-License-Identifier: BSD-2-Clause
// Header fields as they arrived, byte for byte, and the few text operations that mail needs.
#pragma once

#include <string>
#include <string_view>

namespace spillway {

struct HeaderField {
  std::string name;
  // Everything after the colon, including the leading space where the MTA passes it on
  // (SMFIP_HDR_LEADSPC); folded lines are separated by LF or CRLF as the MTA has them.
  std::string value;
};

// ASCII only, as header names and domains are compared.
bool EqualsNoCase(std::string_view a, std::string_view b);
std::string ToLower(std::string_view text);
// Without spaces, tabs, CR and LF at both ends.
std::string_view Trim(std::string_view text);

// Is it a From field? Blanks before the colon do not hide it from mail programs.
bool IsAuthorField(std::string_view name);

// "Name:value" with every line break as CRLF, the form that DKIM hashes (RFC 6376 section 3.4).
std::string CanonicalLineBreaks(const HeaderField& field);

}  // namespace spillway
