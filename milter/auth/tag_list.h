// SPDX-License-Identifier: BSD-2-Clause
// The tag=value lists of RFC 6376 section 3.2, strictly.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace spillway {

using TagList = std::map<std::string, std::string, std::less<>>;

// Values without the white space around them. nullopt for anything that is not such a list: an
// empty tag, a bad name, the same tag twice.
std::optional<TagList> ParseTagList(std::string_view text);
// `text` with the value of b= taken out, white space and all; the rest octet for octet.
std::string WithoutSignature(std::string_view text);
// Takes out spaces, tabs and line breaks.
std::string WithoutWhiteSpace(std::string_view text);

}  // namespace spillway
