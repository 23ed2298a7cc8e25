// SPDX-License-Identifier: BSD-2-Clause
// The compiled patterns of all rules: those for each header field, each part of the envelope, and
// the body.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "milter/mail/message.h"
#include "milter/rules/patterns.h"
#include "milter/rules/rule_file.h"

namespace spillway {

// What of the body is matched: the body as it was sent, its decoded text, or nothing.
struct MatchedBody {
  enum class Kind : uint8_t { kRaw, kText, kNone } kind = Kind::kRaw;
  std::string_view text;  // for kText
};

struct MatchedRules {
  std::vector<bool> matched;  // for each rule: does everything in it match, but for its condition?
  bool whole = true;          // false: matching was stopped before all was looked at
};

// Immutable, thread-safe.
class RuleSet {
 public:
  // Throws std::runtime_error when the patterns together are too large for RE2.
  explicit RuleSet(std::vector<Rule> rules);

  // `message` is complete. Stops soon after `stop` says so, or when it has taken 50 ms of processor
  // time and 100 ms for each MB. Where it stopped, nothing matched.
  MatchedRules Match(const Message& message, const MatchedBody& body,
                     const std::function<bool()>& stop = {}) const;
  const std::vector<Rule>& rules() const { return rules_; }
  // The largest size that a rule asks for; 0: none does.
  uint64_t largest() const { return largest_; }
  bool wants_body() const { return sets_.contains(kBody); }

 private:
  static constexpr const char* kBody = "body";

  // What is found in one message, by the pattern's number.
  struct Search {
    std::vector<bool> found;
    MatchEffort effort;
  };
  void Add(const std::string& about, const std::string& pattern, size_t rule);
  void Look(const std::string& about, std::string_view text, Search& search) const;
  void LookAtEnvelope(const Message& message, Search& search) const;
  void LookAtHeader(const Message& message, Search& search) const;
  void LookAtBody(const Message& message, const MatchedBody& matched, Search& search) const;

  const std::vector<Rule> rules_;
  std::vector<std::vector<size_t>> needs_;             // the numbers of each rule's patterns
  std::map<std::string, Patterns, std::less<>> sets_;  // by what they are about
  uint64_t largest_ = 0;
  size_t count_ = 0;  // patterns
};

}  // namespace spillway
