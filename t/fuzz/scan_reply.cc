// SPDX-License-Identifier: BSD-2-Clause
// The first octet says who speaks.
#include "milter/scan/protocol.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("scan_reply", [](std::string_view input) {
  if (input.empty()) return;
  const auto protocol = input[0] == 'c'   ? MakeClamdProtocol()
                        : input[0] == 's' ? MakeSpamdProtocol()
                                          : MakeRspamdProtocol();
  static_cast<void>(protocol->ReadReply(input.substr(1)));
  static_cast<void>(protocol->ReadPong(input.substr(1)));
});

}  // namespace
}  // namespace spillway
