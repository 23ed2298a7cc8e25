// SPDX-License-Identifier: BSD-2-Clause
// How the registry knows a check: its file ends with
//
//   extern const CheckEntry kFooCheck;
//   const CheckEntry kFooCheck = EntryOf<FooOptions, FooType>();
#pragma once

#include <memory>
#include <string_view>

#include "milter/check/check.h"
#include "milter/check/options.h"

namespace spillway {

struct CheckEntry {
  std::string_view name;
  std::unique_ptr<Section> (*make_section)();
  // Null when it does not run. Throws ConfigError for what the configuration asks and cannot be
  // had, and std::runtime_error when a library cannot be set up.
  std::unique_ptr<CheckType> (*make)(const Config& config, const CheckServices& services);
};

// The entry of a check with these options and this type.
template <typename Options, typename Type>
constexpr CheckEntry EntryOf() {
  static_assert(Options::kName.size() <= kMaxCheckName);
  return {Options::kName, []() -> std::unique_ptr<Section> { return std::make_unique<Options>(); },
          [](const Config& config, const CheckServices& services) -> std::unique_ptr<CheckType> {
            const auto& options = config.checks.Of<Options>();
            if (!options.Runs(config)) return nullptr;
            return std::make_unique<Type>(options, config, services);
          }};
}

}  // namespace spillway
