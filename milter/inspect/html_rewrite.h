// SPDX-License-Identifier: BSD-2-Clause
// HTML as libxml2 must have it to see what mail readers show.
#pragma once

#include <string>
#include <string_view>

namespace spillway {

// Comments end where HTML 5 ends them (WHATWG, 13.2.5.43), and are left out; those that Outlook
// takes for conditions become what is in them. The names of HTML 5 for what has a meaning in URLs
// are replaced. Scripts and styles, which end at their end tags only, are left out.
std::string RewriteHtml(std::string_view html);

}  // namespace spillway
