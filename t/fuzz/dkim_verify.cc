// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/dkim_verify.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("dkim_verify", [](std::string_view input) {
  static const DkimLibrary library{DkimLimits{}};
  KeyCache keys;
  BodyHashes hashes;
  DkimVerifier verifier(library, keys, "fuzz");
  verifier.Headers({{"DKIM-Signature", std::string(input)}, {"From", " a@example.org"}}, hashes);
  hashes.Update(input);
  verifier.SetKey(0, {DkimKey::Status::kFound, {std::string(input)}, {}});
  hashes.Finish();
  verifier.EndOfBody(hashes);
});

}  // namespace
}  // namespace spillway
