// SPDX-License-Identifier: BSD-2-Clause
// The option table: every section of the configuration, and its keys with type, range and
// validator. The reader, the dump and the tests go by it.
#pragma once

#include "conf/config.h"

namespace spillway {

// In the order of the sample configuration; the fields point into `config`.
std::vector<TomlSection> Sections(Config& config);

}  // namespace spillway
