// SPDX-License-Identifier: BSD-2-Clause

#include "milter/auth/authres.h"
#include "milter/auth/authres_reader.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("authres", [](std::string_view input) {
  static_cast<void>(ClaimsAuthservId(input, {"mx.example.org"}));
  static_cast<void>(ReadAuthenticationResults(input));
  static_cast<void>(ReadArcResults(input));
  static_cast<void>(
      FormatAuthenticationResults(input, {{.method = "dkim",
                                           .state = State::kFail,
                                           .reason = std::string(input),
                                           .properties = {{"header", "d", std::string(input)}}}}));
});

}  // namespace
}  // namespace spillway
