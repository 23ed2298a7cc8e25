// SPDX-License-Identifier: BSD-2-Clause
// The option table has already refused words that are not here.
#include "conf/log_options.h"

#include <syslog.h>

namespace spillway {

namespace {

int Facility(const std::string& name) {
  if (name == "daemon") return LOG_DAEMON;
  if (name == "user") return LOG_USER;
  if (name.starts_with("local")) return LOG_LOCAL0 + ((name.back() - '0') << 3);
  return LOG_MAIL;
}

LogTarget Target(const std::string& name) {
  if (name == "stderr") return LogTarget::kStderr;
  return name == "journal" ? LogTarget::kJournal : LogTarget::kSyslog;
}

LogLevel Level(const std::string& name) {
  if (name == "error") return LogLevel::kError;
  if (name == "warning") return LogLevel::kWarning;
  return name == "debug" ? LogLevel::kDebug : LogLevel::kInfo;
}

}  // namespace

Log::Options LogOptions(const Config& config, const char* ident) {
  return {.target = Target(config.log.target),
          .ident = ident,
          .facility = Facility(config.log.facility),
          .level = Level(config.log.level)};
}

}  // namespace spillway
