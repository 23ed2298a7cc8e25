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
  constexpr std::array<std::string_view, 5> kNames = {"none", "mark", "quarantine", "tempfail",
                                                      "reject"};
  return kNames[static_cast<size_t>(wish)];
}

Wish WishFrom(std::string_view name) {
  for (const Wish wish : {Wish::kMark, Wish::kQuarantine, Wish::kTempfail, Wish::kReject}) {
    if (name == WishName(wish)) return wish;
  }
  return Wish::kNone;
}

Wish WishForScore(double score, double quarantine, double reject) {
  if (reject > 0 && score >= reject) return Wish::kReject;
  return quarantine > 0 && score >= quarantine ? Wish::kQuarantine : Wish::kNone;
}

}  // namespace spillway
