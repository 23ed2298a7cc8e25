// SPDX-License-Identifier: BSD-2-Clause
// A zip names each file twice: in front of its data, and in the directory at its end.
#pragma once

#include <string_view>

namespace spillway {

// Do the two differ, or can the directory not be read? Some programs go by the one, some by the
// other.
bool ZipNamesDiffer(std::string_view zip);

}  // namespace spillway
