// SPDX-License-Identifier: BSD-2-Clause
// The compiled patterns of all rules. The patterns for one header field, one part of the envelope
// or the body form one RE2::Set, matched in one pass and in time linear in the text.
#pragma once

#include <re2/set.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "milter/mail/message.h"
#include "milter/rules/rule_file.h"

namespace spillway {

// What of the body is matched: the body as it was sent, its decoded text, or nothing.
struct MatchedBody {
  enum class Kind : uint8_t { kRaw, kText, kNone } kind = Kind::kRaw;
  std::string_view text;  // for kText
};

// Immutable, thread-safe.
class RuleSet {
 public:
  // Throws std::runtime_error when the patterns together are too large for RE2.
  explicit RuleSet(std::vector<Rule> rules);

  // For each rule: does everything in it match, apart from its condition? `message` is complete.
  std::vector<bool> Match(const Message& message, const MatchedBody& body) const;
  const std::vector<Rule>& rules() const { return rules_; }
  // The largest size that a rule asks for; 0: none does.
  uint64_t largest() const { return largest_; }
  bool wants_body() const { return sets_.contains(kBody); }

 private:
  static constexpr const char* kBody = "body";

  // All patterns on one thing; `ids` is the pattern's number for each member of the set.
  struct Patterns {
    std::unique_ptr<RE2::Set> set;
    std::vector<size_t> ids;
  };
  void Add(const std::string& about, const std::string& pattern, size_t rule);
  void Look(const std::string& about, std::string_view text, std::vector<bool>& found) const;
  void LookAtEnvelope(const Message& message, std::vector<bool>& found) const;
  void LookAtHeader(const Message& message, std::vector<bool>& found) const;
  void LookAtBody(const Message& message, const MatchedBody& matched,
                  std::vector<bool>& found) const;

  const std::vector<Rule> rules_;
  std::vector<std::vector<size_t>> needs_;             // the numbers of each rule's patterns
  std::map<std::string, Patterns, std::less<>> sets_;  // by what they are about
  uint64_t largest_ = 0;
  size_t count_ = 0;  // patterns
};

}  // namespace spillway
