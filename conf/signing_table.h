// SPDX-License-Identifier: BSD-2-Clause
// The table of keys, [sign] table: who signs what, one row a line, in four columns.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conf/named_class.h"

namespace spillway {

// Names in ASCII, of two labels at least, or one.
bool IsDomain(std::string_view text);
bool IsSelector(std::string_view text);

struct SigningRow {
  enum class Kind : uint8_t {
    kDomain,  // a glob for the domain of the From field: "example.org", "*.example.org", "*"
    kUser,    // "user:" and a glob for the SASL user
    kClass,   // "class:internal", "class:authenticated" or a [[class]]
  };
  Kind kind = Kind::kDomain;
  std::string who;       // the first column as it stands
  std::string pattern;   // in lower case for domains; without the prefix
  std::string domain;    // d=, in lower case
  std::string selector;  // s=
  std::string key_file;
  std::string place;  // "FILE:LINE"

  bool Matches(std::string_view text) const;
};

struct SigningTable {
  std::vector<SigningRow> rows;
  std::vector<std::string> errors;  // "FILE:LINE:COL: what, and what was expected"
};

// Comments begin with "#", columns are parted by spaces and tabs. `name` stands for the file in
// messages.
SigningTable ParseSigningTable(std::string_view text, const std::string& name,
                               const std::vector<NamedClass>& classes = {});

}  // namespace spillway
