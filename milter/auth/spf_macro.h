// SPDX-License-Identifier: BSD-2-Clause
// Macros of RFC 7208 section 7: their grammar, and their expansion by us, so that libspf2 never
// sees one (its macro code is where CVE-2023-42118 lives).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "milter/base/ip.h"

namespace spillway {

struct SpfMacroValues {
  std::string sender;  // local-part@domain
  std::string helo;
  std::string domain;  // the current <domain>
  Ip client;
  // %{p}: the validated name of the client, or nullopt while DNS still has to be asked.
  std::function<std::optional<std::string>()> validated_name;
};

// Grammar of macro-string, without the letters c, r and t: those are for explanations.
bool IsMacroString(std::string_view text);
// Grammar of domain-spec: a macro-string that ends in a macro or in ".toplabel".
bool IsDomainSpec(std::string_view text);

// Does a macro of it stand for the local part: %{s} or %{l}? `text` satisfies IsMacroString.
bool UsesLocalPart(std::string_view text);

// nullopt only when validated_name said so. `text` satisfies IsMacroString.
std::optional<std::string> ExpandMacros(std::string_view text, const SpfMacroValues& values);
// The same for a domain-spec: labels are dropped from the left until it fits 253 octets, a final
// dot is taken off, the case is lowered.
std::optional<std::string> ExpandDomain(std::string_view spec, const SpfMacroValues& values);

}  // namespace spillway
