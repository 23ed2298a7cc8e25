// SPDX-License-Identifier: BSD-2-Clause
// What is wrong with the configuration, thrown by those who build something from it. The programs
// print it line by line and exit with 78 (EX_CONFIG).
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace spillway {

class ConfigError final : public std::runtime_error {
 public:
  // Each error is "PLACE: what, and what was expected".
  explicit ConfigError(std::vector<std::string> errors)
      : std::runtime_error(errors.empty() ? "" : errors.front()), errors_(std::move(errors)) {}
  const std::vector<std::string>& errors() const { return errors_; }

 private:
  std::vector<std::string> errors_;
};

}  // namespace spillway
