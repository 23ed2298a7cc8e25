// SPDX-License-Identifier: BSD-2-Clause

#include "milter/dns/wire.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("dns_wire", [](std::string_view input) {
  const auto* data = reinterpret_cast<const uint8_t*>(input.data());
  for (const RrType type : {RrType::kA, RrType::kMx, RrType::kTxt, RrType::kPtr, RrType::kAaaa}) {
    static_cast<void>(ParseResponse({"a.example", type}, data, input.size()));
  }
  static_cast<void>(QueryName(input));
});

}  // namespace
}  // namespace spillway
