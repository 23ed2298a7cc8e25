// SPDX-License-Identifier: BSD-2-Clause

#include "milter/mail/address.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("address", [](std::string_view input) {
  static_cast<void>(ParsePath(input).ToString());
  static_cast<void>(IsQualifiedDomain(input));
});

}  // namespace
}  // namespace spillway
