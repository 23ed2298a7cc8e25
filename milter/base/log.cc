// SPDX-License-Identifier: BSD-2-Clause
// One write per line, so that lines of several threads do not mix.
#include "milter/base/log.h"

#include <syslog.h>
#include <unistd.h>

#include <cstdio>

namespace spillway {

namespace {

constexpr auto kRepeatInterval = std::chrono::minutes(1);

}  // namespace

std::string LogSafe(std::string_view text, size_t limit) {
  std::string out;
  for (const char c : text.substr(0, limit)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\\') {
      out += c;
      continue;
    }
    char escaped[5];
    std::snprintf(escaped, sizeof(escaped), "\\x%02x", byte);
    out += escaped;
  }
  if (text.size() > limit) out += "...";
  return out;
}

Log::Log(const Options& options) : options_(options) {
  if (options_.target == LogTarget::kSyslog) {
    openlog(options_.ident.c_str(), LOG_PID | LOG_NDELAY, options_.facility);
  }
}

Log::~Log() {
  if (options_.target == LogTarget::kSyslog) closelog();
}

void Log::Write(LogLevel level, std::string_view line) {
  if (level > options_.level) return;
  Emit(level, std::string(line));
}

void Log::Emit(LogLevel level, const std::string& line) {
  if (options_.target == LogTarget::kSyslog) {
    syslog(options_.facility | static_cast<int>(level), "%s", line.c_str());
    return;
  }
  std::string out;
  if (options_.target == LogTarget::kJournal)
    out = "<" + std::to_string(static_cast<int>(level)) + ">";
  else
    out = options_.ident + "[" + std::to_string(getpid()) + "]: ";
  out += line;
  out += '\n';
  // A log that cannot be written must not stop mail.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, out.data(), out.size());
}

void Log::Limited(LogLevel level, std::string_view topic, std::string_view line, TimePoint now) {
  uint64_t suppressed = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto [it, fresh] = topics_.try_emplace(std::string(topic), Topic{now, 0});
    if (!fresh && now - it->second.last < kRepeatInterval) {
      ++it->second.suppressed;
      return;
    }
    it->second.last = now;
    std::swap(suppressed, it->second.suppressed);
  }
  if (suppressed == 0) return Write(level, line);
  Write(level, std::string(line) + " (and " + std::to_string(suppressed) + " like it)");
}

}  // namespace spillway
