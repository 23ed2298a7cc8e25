// SPDX-License-Identifier: BSD-2-Clause
// A zip names each file twice: in front of its data, and in the directory at its end.
#pragma once

#include <string_view>

namespace spillway {

// Do the two differ? Some programs go by the one, some by the other. Looks at 32 MiB of unpacked
// data at most; names that are not in ASCII are not compared.
bool ZipNamesDiffer(std::string_view zip);

}  // namespace spillway
