// SPDX-License-Identifier: BSD-2-Clause
// What an MTA sends, whole and octet by octet: the guard must say the same.
#include <cstdlib>

#include "milter/libmilter/macro_guard.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("macros", [](std::string_view input) {
  MacroGuard whole;
  MacroGuard pieces;
  bool passes = true;
  for (size_t i = 0; i < input.size() && passes; ++i) passes = pieces.Pass(input.substr(i, 1));
  if (whole.Pass(input) != passes) std::abort();
});

}  // namespace
}  // namespace spillway
