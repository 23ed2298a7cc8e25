// SPDX-License-Identifier: BSD-2-Clause
// The section of the DKIM check; ARC goes by its limits for keys, too.
#pragma once

#include "milter/check/options.h"

namespace spillway {

struct DkimOptions final : OptionsOf<DkimOptions> {
  static constexpr std::string_view kName = "dkim";
  int64_t max_signatures = 6;
  int64_t max_signed_headers = 100;
  int64_t min_key_bits = 1024;
  int64_t max_key_bits = 4096;
  std::vector<TomlKey> Keys() override {
    return With({{"max_signatures", &max_signatures, 1, 50},
                 {"max_signed_headers", &max_signed_headers, 10, 1000},
                 {"min_key_bits", &min_key_bits, 512, 4096},
                 {"max_key_bits", &max_key_bits, 2048, 4096}});
  }
};

}  // namespace spillway
