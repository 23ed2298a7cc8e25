// SPDX-License-Identifier: BSD-2-Clause

#include "milter/auth/dkim_key.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("dkim_key", [](std::string_view input) {
  DnsAnswer answer;
  answer.status = DnsStatus::kOk;
  answer.texts = {std::string(input)};
  static_cast<void>(SelectDkimKey("s._domainkey.example.org", answer));
});

}  // namespace
}  // namespace spillway
