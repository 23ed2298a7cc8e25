// SPDX-License-Identifier: BSD-2-Clause
// What a reader sees of a page, and where it leads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spillway {

struct HtmlText {
  std::string text;                // without tags, comments, scripts and styles
  std::vector<std::string> links;  // the values of attributes that are links
  bool cut = false;                // there were tags that were not looked at whole
};

// `page` in UTF-8; broken HTML is read as browsers would, more or less. At most `limit` octets of
// each.
HtmlText ReadHtml(std::string_view page, size_t limit);

// libxml2's own tables, before there are no more files.
void PrepareHtml();

}  // namespace spillway
