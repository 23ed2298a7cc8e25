// SPDX-License-Identifier: BSD-2-Clause
// Names of the states.
#include "milter/base/result.h"

#include <array>

namespace spillway {

std::string_view StateName(State state) {
  static constexpr std::array<std::string_view, 10> kNames = {
      "pass",   "fail",      "softfail",  "neutral", "none",
      "policy", "temperror", "permerror", "skipped", "late"};
  return kNames.at(static_cast<size_t>(state));
}

std::string_view WishName(Wish wish) {
  constexpr std::array<std::string_view, 3> kNames = {"none", "quarantine", "reject"};
  return kNames[static_cast<size_t>(wish)];
}

}  // namespace spillway
