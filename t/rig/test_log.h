// SPDX-License-Identifier: BSD-2-Clause
// A Log whose lines stay here.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "milter/base/log.h"

namespace spillway {

// Thread-safe.
class TestLog final : public Log {
 public:
  explicit TestLog(LogLevel level = LogLevel::kInfo)
      : Log({LogTarget::kStderr, "test", 0, level}) {}

  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  void Emit(LogLevel /*level*/, const std::string& line) override {
    const std::lock_guard lock(mutex_);
    lines_.push_back(line);
  }

  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

}  // namespace spillway
