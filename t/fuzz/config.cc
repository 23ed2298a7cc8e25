// SPDX-License-Identifier: BSD-2-Clause

#include "conf/config.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("config", [](std::string_view input) {
  static_cast<void>(ParseConfig(input, "fuzz"));
});

}  // namespace
}  // namespace spillway
