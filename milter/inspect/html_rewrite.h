// SPDX-License-Identifier: BSD-2-Clause
// HTML as libxml2 must have it to see what mail readers show.
#pragma once

#include <string>
#include <string_view>

namespace spillway {

// Removes comments, which end where HTML 5 ends them (WHATWG, 13.2.5.43); of Outlook's conditional
// comments the content stays. Replaces the HTML 5 entities for characters that have a meaning in
// URLs. Removes the content of scripts and styles, which only their end tags end. Cuts a tag off
// behind 300 attributes, because libxml2 compares each with all before it, and a page behind 60,000
// tags; then `cut` is set.
std::string RewriteHtml(std::string_view html, bool& cut);

}  // namespace spillway
