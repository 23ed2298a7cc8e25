// SPDX-License-Identifier: BSD-2-Clause
// The file of rules on headers, envelope and body: TOML, a [[rule]] for each.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conf/named_class.h"
#include "conf/toml_file.h"
#include "milter/rules/condition.h"

namespace spillway {

// All that is given must hold. Patterns are RE2's, match anywhere, and ignore case.
struct Rule {
  std::string name;
  Strings header;    // "Subject: pattern"; "*: pattern" is any field
  std::string from;  // MAIL FROM, without brackets
  std::string to;    // any recipient
  std::string helo;
  std::string user;  // SASL user
  Strings body;
  Strings classes;  // of client; none: all
  Bytes larger;     // than this, header and body; 0: any size
  std::string when;
  std::string action = "tag";  // accept tag quarantine tempfail reject
  std::string text;            // of the reply
  std::string add;             // "Name: value"
  double score = 0;
  bool shadow = false;
  Condition condition;  // `when`
};

struct RuleFile {
  std::vector<Rule> rules;
  std::vector<std::string> errors;  // "FILE:LINE:COL: what"
};

// The names that rules may use.
struct RuleNames {
  std::vector<NamedClass> classes;       // besides the three that everybody has
  std::vector<std::string_view> checks;  // that a condition may go by
};

RuleFile ParseRules(std::string_view text, const std::string& name, const RuleNames& names = {});

// The two parts of a rule's `header` or `add`; nullopt when it has no colon or no good name.
struct NameAndRest {
  std::string name;
  std::string rest;  // trimmed
};
std::optional<NameAndRest> SplitField(std::string_view text);

}  // namespace spillway
