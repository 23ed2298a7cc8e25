// SPDX-License-Identifier: BSD-2-Clause
#include "milter/rules/rule_set.h"

#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("rules", [](std::string_view input) {
  RuleFile file = ParseRules(input, "fuzz");
  if (!file.errors.empty()) return;
  Message message;
  message.headers = {{"From", " a@b.example"}, {"Subject", " =?utf-8?q?x?="}};
  const RuleSet rules(std::move(file.rules));
  static_cast<void>(rules.Match(message, {MatchedBody::Kind::kText, input}));
});

}  // namespace
}  // namespace spillway
