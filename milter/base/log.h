// SPDX-License-Identifier: BSD-2-Clause
// The daemons' log: syslog (facility mail), or stderr with the "<N>" priorities that journald
// reads. Lines are "QUEUEID: key=value ...". Repeats are limited per topic, so that a broken
// scanner cannot fill the disk.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "milter/base/clock.h"

namespace spillway {

enum class LogTarget : uint8_t { kSyslog, kStderr, kJournal };
enum class LogLevel : uint8_t {
  kError = 3,
  kWarning = 4,
  kInfo = 6,
  kDebug = 7
};  // syslog's numbers

// Copies `text` with control characters and bytes outside ASCII as \xNN, and at most `limit` bytes:
// what a stranger sent can neither forge a log line nor flood one.
std::string LogSafe(std::string_view text, size_t limit = 200);

// Thread-safe. Write() never throws.
class Log {
 public:
  struct Options {
    LogTarget target = LogTarget::kSyslog;
    std::string ident;
    int facility = 0;  // a LOG_* facility
    LogLevel level = LogLevel::kInfo;
  };
  explicit Log(const Options& options);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  virtual ~Log();

  void Error(std::string_view line) { Write(LogLevel::kError, line); }
  void Warning(std::string_view line) { Write(LogLevel::kWarning, line); }
  void Info(std::string_view line) { Write(LogLevel::kInfo, line); }
  void Debug(std::string_view line) { Write(LogLevel::kDebug, line); }

  // Writes at most one line a minute for each `topic` (a fixed string of ours, never input); the
  // next one that passes says how many were left out.
  void Limited(LogLevel level, std::string_view topic, std::string_view line, TimePoint now);

 protected:
  // The seam for tests.
  virtual void Emit(LogLevel level, const std::string& line);

 private:
  struct Topic {
    TimePoint last;
    uint64_t suppressed = 0;
  };
  void Write(LogLevel level, std::string_view line);

  const Options options_;
  std::mutex mutex_;
  std::map<std::string, Topic, std::less<>> topics_;  // guarded by mutex_
};

}  // namespace spillway
