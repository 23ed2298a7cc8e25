// SPDX-License-Identifier: BSD-2-Clause
// The text of a part, whatever its charset.
#pragma once

#include <string>
#include <string_view>

namespace spillway {

struct PartText {
  std::string utf8;
  bool known = true;  // false: the charset is none that we know, and it is as it was
};

// `charset` as in the Content-Type; empty: none is said. Broken sequences are passed over.
PartText InUtf8(std::string_view content, const std::string& charset);

// Loads the tables of the charsets of mail, before there are no more files.
void PrepareCharsets();

}  // namespace spillway
