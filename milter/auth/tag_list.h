// SPDX-License-Identifier: BSD-2-Clause
// The one reader of tag=value lists: DKIM and ARC signatures (RFC 6376 section 3.2, RFC 8617), key
// records (RFC 6376 section 3.6.1) and DMARC records (RFC 9989 section 4.7).
//
//   white space  spaces, tabs and line breaks around names and values do not count (FWS)
//   duplicates   strict: no list at all; lenient: the first one counts
//   limits       64 KiB of text, 200 tags; strict: no list at all; lenient: the rest is passed over
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

using TagList = std::map<std::string, std::string, std::less<>>;

// What stands between two semicolons. The views are into the text.
struct TagPart {
  std::string_view text;   // all of it
  std::string_view name;   // trimmed; empty when there is no "="
  std::string_view value;  // trimmed
  size_t value_at = 0;     // where in `text` what follows the "=" begins
};
// All parts, in their order; the last one is empty behind a final semicolon.
std::vector<TagPart> SplitTags(std::string_view text);

// By the grammar. nullopt for anything that is not such a list: an empty tag, a bad name, the same
// tag twice, over a limit.
std::optional<TagList> ParseTagList(std::string_view text);
// What can be read of it, as for DMARC records (RFC 9989 section 4.7: unknown and broken tags are
// ignored). Names in lower case.
TagList ReadTagListLeniently(std::string_view text);

// The value; empty when there is none.
std::string TagValue(const TagList& tags, std::string_view name);
// `text` with the value of b= taken out, white space and all; the rest octet for octet.
std::string WithoutSignature(std::string_view text);
// Takes out spaces, tabs and line breaks.
std::string WithoutWhiteSpace(std::string_view text);

}  // namespace spillway
