// SPDX-License-Identifier: BSD-2-Clause
// A condition on what the checks found, as rules have it:
//   spf = "fail" and not (dmarc = "pass" or arc = "pass")
// Operators: = != and or not ( ); "and" binds closer than "or". Quotes may be left out.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

class Condition {
 public:
  // The state of a check by its name; empty when it did not run.
  using Find = std::function<std::string_view(std::string_view check)>;

  // `checks` are the names that the condition may use. An empty text is a condition that always
  // holds. `error` gets the error, such as "column 5: expected = or !=", and stays empty without
  // one.
  static Condition Parse(std::string_view text, const std::vector<std::string_view>& checks,
                         std::string& error);
  bool Holds(const Find& find) const;

 private:
  friend class ConditionParser;
  enum class Kind : uint8_t { kIs, kIsNot, kNot, kAnd, kOr };
  // In postfix order.
  struct Step {
    Kind kind;
    std::string check;
    std::string state;
  };
  std::vector<Step> steps_;
};

}  // namespace spillway
