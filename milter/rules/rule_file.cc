// SPDX-License-Identifier: BSD-2-Clause
#include "milter/rules/rule_file.h"

#include <re2/re2.h>

#include <algorithm>
#include <list>
#include <set>

#include "conf/validators.h"

namespace spillway {

namespace {

// A validator's answer is a view; this one is made up, and lives until the thread's next.
std::string_view Complaint(std::string text) {
  thread_local std::string last;
  last = std::move(text);
  return last;
}

std::string_view ValidPattern(std::string_view value) {
  const RE2 pattern(value, RE2::Quiet);
  return pattern.ok() ? std::string_view()
                      : Complaint("expected a regular expression (RE2): " + pattern.error());
}

std::string_view ValidBodyPattern(std::string_view value) {
  return value.empty() ? "expected a regular expression that is not empty" : ValidPattern(value);
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

// What an SMTP reply can carry (RFC 5321 section 4.2.1).
std::string_view ValidReplyText(std::string_view value) {
  return IsPrintable(value) && value.size() <= 200
             ? std::string_view()
             : "expected one line of at most 200 characters, in ASCII";
}

std::string_view ValidHeaderPattern(std::string_view value) {
  const auto parts = SplitField(value);
  return parts ? ValidPattern(parts->rest) : "expected \"Field: pattern\" or \"*: pattern\"";
}

std::string_view ValidAdded(std::string_view value) {
  const auto parts = SplitField(value);
  return parts && parts->name != "*" && IsPrintable(value) ? std::string_view()
                                                           : "expected \"Field: value\", in ASCII";
}

Validator ValidCondition(const RuleNames& names) {
  return [&names](std::string_view value) {
    std::string error;
    Condition::Parse(value, names.checks, error);
    return error.empty() ? std::string_view() : Complaint("expected a condition; " + error);
  };
}

std::string_view ValidRuleAction(std::string_view value) {
  return value == "accept" || value == "tag" ||
                 (value != "none" && ValidContentAction(value).empty())
             ? std::string_view()
             : "expected \"accept\", \"tag\", \"quarantine\", \"tempfail\" or \"reject\"";
}

std::string_view ValidRuleName(std::string_view value) {
  const bool good = std::all_of(value.begin(), value.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
  });
  return good && !value.empty() && value.size() <= 64
             ? std::string_view()
             : "expected a name of letters, digits, \"-\", \"_\" and \".\"";
}

std::vector<TomlKey> Keys(Rule& rule, const RuleNames& names) {
  constexpr int64_t kGiB = 1 << 30;
  constexpr int64_t kMaxScore = 1000;
  return {{"name", &rule.name, 0, 0, ValidRuleName},
          {"header", &rule.header, 0, 0, ValidHeaderPattern},
          {"from", &rule.from, 0, 0, ValidPattern},
          {"to", &rule.to, 0, 0, ValidPattern},
          {"helo", &rule.helo, 0, 0, ValidPattern},
          {"user", &rule.user, 0, 0, ValidPattern},
          {"body", &rule.body, 0, 0, ValidBodyPattern},
          {"client", &rule.classes, 0, 0, ValidClassIn(names.classes)},
          {"larger", &rule.larger, 0, kGiB},
          {"when", &rule.when, 0, 0, ValidCondition(names)},
          {"action", &rule.action, 0, 0, ValidRuleAction},
          {"text", &rule.text, 0, 0, ValidReplyText},
          {"add", &rule.add, 0, 0, ValidAdded},
          {"score", &rule.score, -kMaxScore, kMaxScore},
          {"shadow", &rule.shadow}};
}

}  // namespace

std::optional<NameAndRest> SplitField(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos) return std::nullopt;
  const std::string_view name = text.substr(0, colon);
  const bool good =
      std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!good) return std::nullopt;
  const size_t start = text.find_first_not_of(" \t", colon + 1);
  return NameAndRest{std::string(name),
                     start == std::string_view::npos ? "" : std::string(text.substr(start))};
}

RuleFile ParseRules(std::string_view text, const std::string& name, const RuleNames& names) {
  std::list<Rule> rules;  // the reader keeps pointers into them
  RuleFile out;
  out.errors =
      ReadToml(text, name, {{"rule", true, [&] { return Keys(rules.emplace_back(), names); }}});
  if (!out.errors.empty()) return out;
  std::set<std::string> seen;
  for (Rule& rule : rules) {
    std::string error;
    rule.condition = Condition::Parse(rule.when, names.checks, error);
    if (rule.name.empty())
      out.errors.push_back(name + ": rule " + std::to_string(out.rules.size() + 1) +
                           " has no name");
    else if (!seen.insert(rule.name).second)
      out.errors.push_back(name + ": two rules are called \"" + rule.name + "\"");
    out.rules.push_back(std::move(rule));
  }
  return out;
}

}  // namespace spillway
