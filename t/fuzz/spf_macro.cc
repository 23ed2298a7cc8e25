// SPDX-License-Identifier: BSD-2-Clause

#include "milter/auth/spf_macro.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("spf_macro", [](std::string_view input) {
  SpfMacroValues values;
  values.sender = "user@example.org";
  values.validated_name = [] { return std::optional<std::string>("unknown"); };
  if (IsMacroString(input)) static_cast<void>(ExpandMacros(input, values));
  if (IsDomainSpec(input)) static_cast<void>(ExpandDomain(input, values));
});

}  // namespace
}  // namespace spillway
