// SPDX-License-Identifier: BSD-2-Clause
// What GMime must not get, because it would need too much time or memory.
#pragma once

#include <string_view>

namespace spillway {

// Why; empty: it may. Boundaries are estimated by the number of lines that may be some, times the
// number of those to compare them with; of parameters a field may have 500, because each is
// compared with all before it.
std::string_view TooComplex(std::string_view message);

}  // namespace spillway
