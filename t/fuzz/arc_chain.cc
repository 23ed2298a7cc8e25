// SPDX-License-Identifier: BSD-2-Clause

#include "milter/auth/arc_chain.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

// One field for each line of the input, by turns.
const FuzzTarget kTarget("arc_chain", [](std::string_view input) {
  constexpr std::array<const char*, 3> kNames = {"ARC-Seal", "ARC-Message-Signature",
                                                 "ARC-Authentication-Results"};
  std::vector<HeaderField> headers;
  while (!input.empty()) {
    const size_t end = std::min(input.find('\n'), input.size());
    headers.push_back({kNames[headers.size() % kNames.size()], std::string(input.substr(0, end))});
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  ArcChain chain = ReadArcChain(headers);
  static_cast<void>(ArcKeyNames(chain));
  static_cast<void>(chain.vouches_for("victim.example"));
  VerifyArcChain(
      headers, std::string(32, 'x'),
      [&](const std::string& name, const std::string& algorithm) {
        return std::vector{std::make_shared<const SignatureKey>("p=" + name, algorithm)};
      },
      {}, chain);
});

}  // namespace
}  // namespace spillway
