// SPDX-License-Identifier: BSD-2-Clause
// The option table: every key of the configuration with its type, range and validator.
#pragma once

#include "conf/config.h"

namespace spillway {

// One row of the option table: what the reader, the dump and the tests go by.
struct Option {
  std::string_view section;
  std::string_view key;
  Field (*field)(Config&);
  int64_t min = 0;  // see TomlKey
  int64_t max = 0;
  std::string_view (*validate)(std::string_view value) = nullptr;
};
// All rows, section by section.
const std::vector<Option>& Options();

// Is some check marked `required`, for whatever clients? Then late messages of clients that cannot
// retry, too, may be tempfailed.
bool AnyRequired(const Config& config);

// Those of the checks.
std::vector<Option> AuthenticationOptions();
std::vector<Option> ContentOptions();

}  // namespace spillway
