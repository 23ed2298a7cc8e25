// SPDX-License-Identifier: BSD-2-Clause
// A message in a file, as mail programs save it, taken apart into what an MTA would hand over.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "milter/mail/header.h"

namespace spillway {

struct Eml {
  std::vector<HeaderField> headers;  // folded lines separated by LF, as Postfix has them
  std::string body;                  // lines end with CRLF
};

// Takes LF and CRLF, and a "From " line at the start. What cannot be a header field ends the
// header, as it does for an MTA.
Eml ParseEml(std::string_view text);

}  // namespace spillway
