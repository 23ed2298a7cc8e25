// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/dkim_verify.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("dkim_verify", [](std::string_view input) {
  static const DkimLibrary library{DkimLimits{}};
  DkimVerifier verifier(library, "fuzz");
  verifier.Header({"DKIM-Signature", std::string(input)});
  verifier.Header({"From", " a@example.org"});
  verifier.EndOfHeaders();
  verifier.Body(input);
  verifier.SetKey(0, {DkimKey::Status::kFound, std::string(input), {}});
  verifier.EndOfBody();
});

}  // namespace
}  // namespace spillway
