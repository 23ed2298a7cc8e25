// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/inspection.h"

#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("inspection", [](std::string_view input) {
  if (const auto inspection = DecodeInspection(input)) static_cast<void>(Encode(*inspection));
});

}  // namespace
}  // namespace spillway
