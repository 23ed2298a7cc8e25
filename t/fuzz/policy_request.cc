// SPDX-License-Identifier: BSD-2-Clause

#include "policy/serve/request.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("policy_request", [](std::string_view input) {
  PolicyRequestParser parser(500);
  parser.Feed(input.substr(0, input.size() / 2));
  while (parser.Next()) {
  }
  parser.Feed(input.substr(input.size() / 2));
  while (parser.Next()) {
  }
});

}  // namespace
}  // namespace spillway
