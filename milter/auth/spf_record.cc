// SPDX-License-Identifier: BSD-2-Clause
// A hand-written parser, term by term; the grammar leaves no room for anything cleverer.
#include "milter/auth/spf_record.h"

#include <algorithm>
#include <array>

#include "milter/auth/spf_macro.h"
#include "milter/mail/header.h"

namespace spillway {

namespace {

constexpr std::string_view kVersion = "v=spf1";

struct MechanismName {
  std::string_view name;
  SpfMechanism mechanism;
};
constexpr std::array<MechanismName, 8> kMechanisms = {{{"all", SpfMechanism::kAll},
                                                       {"include", SpfMechanism::kInclude},
                                                       {"a", SpfMechanism::kA},
                                                       {"mx", SpfMechanism::kMx},
                                                       {"ptr", SpfMechanism::kPtr},
                                                       {"ip4", SpfMechanism::kIp4},
                                                       {"ip6", SpfMechanism::kIp6},
                                                       {"exists", SpfMechanism::kExists}}};

// "0", or digits without a leading zero, up to `max`; -1 otherwise.
int ParsePrefix(std::string_view digits, int max) {
  if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits[0] == '0')) return -1;
  int value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value <= max ? value : -1;
}

// Takes "/n", "//n" or "/n//n" off the end of `argument`; false when one is there but bad.
bool TakeDualCidr(std::string_view& argument, SpfDirective& directive) {
  const auto trailing = [&argument]() -> size_t {
    const size_t slash = argument.rfind('/');
    if (slash == std::string_view::npos) return slash;
    // A slash may also be part of a label ("a:foo:bar/baz.example.com") or of a macro's delimiters.
    const std::string_view rest = argument.substr(slash + 1);
    const bool digits =
        !rest.empty() && rest.find_first_not_of("0123456789") == std::string_view::npos;
    return digits ? slash : std::string_view::npos;
  };
  size_t slash = trailing();
  if (slash != std::string_view::npos && slash > 0 && argument[slash - 1] == '/') {
    directive.prefix6 = ParsePrefix(argument.substr(slash + 1), 128);
    if (directive.prefix6 < 0) return false;
    argument = argument.substr(0, slash - 1);
    slash = trailing();
  }
  if (slash == std::string_view::npos) return true;
  directive.prefix4 = ParsePrefix(argument.substr(slash + 1), 32);
  argument = argument.substr(0, slash);
  return directive.prefix4 >= 0;
}

bool ParseNetwork(std::string_view argument, SpfDirective& directive) {
  const bool v4 = directive.mechanism == SpfMechanism::kIp4;
  const size_t slash = argument.find('/');
  const std::string_view address = argument.substr(0, slash);
  if ((address.find(':') == std::string_view::npos) != v4) return false;
  const auto ip = Ip::Parse(address);
  if (!ip) return false;
  const int bits = v4 ? 32 : 128;
  int prefix = bits;
  if (slash != std::string_view::npos) prefix = ParsePrefix(argument.substr(slash + 1), bits);
  if (prefix < 0) return false;
  // An IPv4-mapped network was folded; the low 32 bits of its prefix are what is left.
  if (!v4 && ip->is_v4()) prefix = std::max(prefix - 96, 0);
  directive.network = Cidr(*ip, prefix);
  return true;
}

// `argument` begins at the ":" or "/" after the mechanism's name, or is empty.
bool ParseArgument(std::string_view argument, SpfDirective& directive) {
  const bool colon = !argument.empty() && argument[0] == ':';
  switch (directive.mechanism) {
    case SpfMechanism::kAll:
      return argument.empty();
    case SpfMechanism::kIp4:
    case SpfMechanism::kIp6:
      return colon && ParseNetwork(argument.substr(1), directive);
    case SpfMechanism::kA:
    case SpfMechanism::kMx:
      if (!TakeDualCidr(argument, directive)) return false;
      [[fallthrough]];
    case SpfMechanism::kPtr:
      if (argument.empty()) return true;
      break;
    case SpfMechanism::kInclude:
    case SpfMechanism::kExists:
      break;
  }
  if (argument.empty() || argument[0] != ':') return false;
  directive.domain_spec = argument.substr(1);
  return IsDomainSpec(directive.domain_spec);
}

bool ParseDirective(std::string_view term, SpfRecord& record) {
  SpfDirective directive;
  switch (term[0]) {
    case '-':
      directive.qualifier = State::kFail;
      break;
    case '~':
      directive.qualifier = State::kSoftfail;
      break;
    case '?':
      directive.qualifier = State::kNeutral;
      break;
    default:
      break;
  }
  if (directive.qualifier != State::kPass || term[0] == '+') term.remove_prefix(1);
  const size_t end = std::min(term.find_first_of(":/"), term.size());
  const std::string name = ToLower(term.substr(0, end));
  const auto* it = std::find_if(kMechanisms.begin(), kMechanisms.end(),
                                [&](const MechanismName& m) { return m.name == name; });
  if (it == kMechanisms.end()) return false;
  directive.mechanism = it->mechanism;
  if (!ParseArgument(term.substr(end), directive)) return false;
  record.directives.push_back(std::move(directive));
  return true;
}

bool IsModifierName(std::string_view name) {
  const auto alpha = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (name.empty() || !alpha(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return alpha(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

bool ParseModifier(std::string_view name, std::string_view value, SpfRecord& record) {
  const bool redirect = EqualsNoCase(name, "redirect");
  if (!redirect && !EqualsNoCase(name, "exp")) return IsMacroString(value);
  std::optional<std::string>& slot = redirect ? record.redirect : record.explanation;
  if (slot || !IsDomainSpec(value)) return false;
  slot = value;
  return true;
}

bool ParseTerm(std::string_view term, SpfRecord& record) {
  const size_t equals = term.find('=');
  // "=" may also stand in a mechanism's macro, but a modifier's name can hold neither ":" nor "/".
  if (equals != std::string_view::npos && IsModifierName(term.substr(0, equals))) {
    return ParseModifier(term.substr(0, equals), term.substr(equals + 1), record);
  }
  return ParseDirective(term, record);
}

// RFC 7208 sections 5.1 and 6.1: what follows "all" is not evaluated, and redirect is ignored.
void CutAtAll(SpfRecord& record) {
  const auto all = std::find_if(record.directives.begin(), record.directives.end(),
                                [](const auto& d) { return d.mechanism == SpfMechanism::kAll; });
  if (all == record.directives.end()) return;
  record.directives.erase(all + 1, record.directives.end());
  record.redirect.reset();
}

}  // namespace

bool IsSpfRecord(std::string_view text) {
  if (!EqualsNoCase(text.substr(0, kVersion.size()), kVersion)) return false;
  return text.size() == kVersion.size() || text[kVersion.size()] == ' ';
}

SpfParse ParseSpfRecord(std::string_view text) {
  SpfRecord record;
  text.remove_prefix(std::min(kVersion.size(), text.size()));
  while (true) {
    const size_t start = text.find_first_not_of(' ');
    if (start == std::string_view::npos) break;
    text.remove_prefix(start);
    const std::string_view term = text.substr(0, text.find(' '));
    if (!ParseTerm(term, record)) return {std::nullopt, std::string(term)};
    text.remove_prefix(term.size());
  }
  CutAtAll(record);
  return {std::move(record), {}};
}

}  // namespace spillway
