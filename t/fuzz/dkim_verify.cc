// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/dkim_verify.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("dkim_verify", [](std::string_view input) {
  static const DkimLibrary library{DkimLimits{}};
  KeyCache keys;
  DkimVerifier verifier(library, keys, "fuzz");
  verifier.Headers({{"DKIM-Signature", std::string(input)}, {"From", " a@example.org"}});
  verifier.Body(input);
  verifier.SetKey(0, {DkimKey::Status::kFound, std::string(input), {}});
  verifier.EndOfBody();
});

}  // namespace
}  // namespace spillway
