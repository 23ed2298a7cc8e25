// SPDX-License-Identifier: BSD-2-Clause
// How a fuzz target is written. One FuzzTarget in each file; t/fuzz/replay.cc runs them all over
// their seeds, their prefixes and mutations in make check.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace spillway {

using FuzzFunction = void (*)(std::string_view input);

inline std::map<std::string, FuzzFunction>& FuzzTargets() {
  static std::map<std::string, FuzzFunction> targets;
  return targets;
}

// Registers `function` under the name of its seeds' directory.
struct FuzzTarget {
  FuzzTarget(const char* name, FuzzFunction function) { FuzzTargets()[name] = function; }
};

}  // namespace spillway
