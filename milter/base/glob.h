// SPDX-License-Identifier: BSD-2-Clause
// The patterns of tables and lists, in which "*" stands for anything.
#pragma once

#include <fnmatch.h>

#include <string>
#include <string_view>

namespace spillway {

inline bool MatchesGlob(const std::string& pattern, std::string_view text) {
  return ::fnmatch(pattern.c_str(), std::string(text).c_str(), FNM_NOESCAPE) == 0;
}

}  // namespace spillway
