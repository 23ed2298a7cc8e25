// SPDX-License-Identifier: BSD-2-Clause
// A strict reader of TOML files: every key of the file must be expected, of the right type and
// within its range; everything that is wrong is said at once, with its place.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spillway {

struct Bytes {
  uint64_t value = 0;
  bool operator==(const Bytes&) const = default;
};
using Milliseconds = std::chrono::milliseconds;
using Strings = std::vector<std::string>;

// Where a value goes. Durations and sizes are strings with a unit (conf/units.h).
using Field = std::variant<std::string*, bool*, int64_t*, double*, Milliseconds*, Bytes*, Strings*>;

// Of strings and list members: returns what was expected, or an empty view when `value` is good.
using Validator = std::function<std::string_view(std::string_view value)>;

struct TomlKey {
  std::string_view name;
  Field field;
  int64_t min = 0;  // of numbers, milliseconds and bytes
  int64_t max = 0;
  Validator validate = nullptr;
};

struct TomlSection {
  std::string_view name;  // empty: the keys before the first section
  bool repeated = false;  // [[name]], any number of times
  // Called for each occurrence: where its keys go.
  std::function<std::vector<TomlKey>()> begin;
};

// Where keys stand, "section.key" to "NAME:LINE:COL".
using TomlPlaces = std::map<std::string, std::string, std::less<>>;

// "NAME:LINE:COL: what, and what was expected"; all that is wrong, in the file's order. `places`
// learns where the keys of the sections that are not repeated stand.
std::vector<std::string> ReadToml(std::string_view text, const std::string& name,
                                  const std::vector<TomlSection>& sections,
                                  TomlPlaces* places = nullptr);

// The whole of `path`; an error "PATH: cannot be read: reason" goes to `errors`.
std::string ReadTextFile(const std::string& path, std::vector<std::string>& errors);

// A value as it would stand in the file.
std::string FormatField(const Field& field);

}  // namespace spillway
