// SPDX-License-Identifier: BSD-2-Clause
#include "conf/named_class.h"

#include <algorithm>
#include <set>

#include "conf/validators.h"

namespace spillway {

namespace {

bool IsBuiltIn(std::string_view name) {
  return ValidClass(name).empty();
}

std::string_view ValidNewClass(std::string_view value) {
  const bool good = std::all_of(value.begin(), value.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
  });
  return good && !value.empty() && value.size() <= 32 && !IsBuiltIn(value) && value != "probe"
             ? std::string_view()
             : "expected a new name of letters, digits, \"-\" and \"_\"";
}

}  // namespace

std::vector<TomlKey> KeysOf(NamedClass& named) {
  return {{"name", &named.name, 0, 0, ValidNewClass},
          {"networks", &named.networks, 0, 0, ValidCidr},
          {"users", &named.users},
          {"cannot_retry", &named.cannot_retry}};
}

Validator ValidClassIn(const std::vector<NamedClass>& classes) {
  return [&classes](std::string_view value) -> std::string_view {
    const bool named = std::any_of(classes.begin(), classes.end(),
                                   [&](const NamedClass& one) { return one.name == value; });
    return named || IsBuiltIn(value)
               ? std::string_view()
               : "expected \"external\", \"internal\", \"authenticated\" or a [[class]]";
  };
}

std::vector<std::string> CheckClasses(const std::vector<NamedClass>& classes,
                                      const std::string& name) {
  std::vector<std::string> errors;
  std::set<std::string> names;
  for (const NamedClass& one : classes) {
    if (one.name.empty())
      errors.push_back(name + ": a [[class]] has no name");
    else if (!names.insert(one.name).second)
      errors.push_back(name + ": two classes are called \"" + one.name + "\"");
  }
  return errors;
}

std::string DumpClass(NamedClass named) {
  std::string out = "\n[[class]]\n";
  for (const TomlKey& key : KeysOf(named))
    out += std::string(key.name) + " = " + FormatField(key.field) + "\n";
  return out;
}

}  // namespace spillway
