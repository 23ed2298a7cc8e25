// SPDX-License-Identifier: BSD-2-Clause
#include "milter/rules/condition.h"

#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const std::vector<std::string_view> kChecks = {"spf", "dkim", "arc", "dmarc"};

const FuzzTarget kTarget("condition", [](std::string_view input) {
  std::string error;
  const Condition condition = Condition::Parse(input, kChecks, error);
  static_cast<void>(condition.Holds([](std::string_view) { return std::string_view("pass"); }));
});

}  // namespace
}  // namespace spillway
