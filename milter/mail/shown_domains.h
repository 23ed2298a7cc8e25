// SPDX-License-Identifier: BSD-2-Clause
// The domains of all addresses that some mail program could show, of a From field that the grammar
// of RFC 5322 does not read. Mail programs differ in what they make of such a field; who must not
// let a forged author pass has to think of each of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

// As AsciiDomain() has them, each once, in the order of the text; with encoded words (RFC 2047)
// decoded and not, with comments and blanks around dots and without. An "@" counts with something
// before it: a source route has nothing. nullopt: more than `most` domains, or hundreds of "@".
std::optional<std::vector<std::string>> ShownDomains(std::string_view value, size_t most);

}  // namespace spillway
