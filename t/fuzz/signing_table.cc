// SPDX-License-Identifier: BSD-2-Clause
#include "conf/signing_table.h"

#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("signing_table", [](std::string_view input) {
  for (const SigningRow& row : ParseSigningTable(input, "fuzz").rows)
    static_cast<void>(row.Matches("news.example.org"));
});

}  // namespace
}  // namespace spillway
