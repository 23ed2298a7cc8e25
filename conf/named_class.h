// SPDX-License-Identifier: BSD-2-Clause
// Classes of clients by names of the administrator's own: a [[class]] each, used wherever classes
// are named.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conf/toml_file.h"

namespace spillway {

struct NamedClass {
  std::string name;
  Strings networks;
  Strings users;  // SASL users; "*" stands for anything
  bool cannot_retry = false;
};

// Of one section.
std::vector<TomlKey> KeysOf(NamedClass& named);

// For a string that names a class: one of the three that everybody has, or one of `classes`, which
// outlive it.
Validator ValidClassIn(const std::vector<NamedClass>& classes);

// Errors across all classes, as "NAME: what"; empty when there are none.
std::vector<std::string> CheckClasses(const std::vector<NamedClass>& classes,
                                      const std::string& name);

// As TOML.
std::string DumpClass(NamedClass named);

}  // namespace spillway
