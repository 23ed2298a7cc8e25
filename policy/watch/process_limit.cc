// SPDX-License-Identifier: BSD-2-Clause
// Asks postconf, once, at the start.
#include "policy/watch/process_limit.h"

#include <algorithm>
#include <charconv>

#include "policy/watch/postconf.h"

namespace spillway {

namespace {

int64_t Number(const std::string& text) {
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

int64_t MaxprocOf(const std::string& line) {
  const MasterService service = ParseMasterService(line);
  return service.program == "smtpd" ? Number(service.maxproc) : 0;
}

ProcessLimit FindProcessLimit(int64_t configured) {
  const auto found = [](int64_t count, const char* source) {
    return ProcessLimit{std::max(4.0, static_cast<double>(count)), source};
  };
  if (configured > 0) return found(configured, "[admission] slots");
  for (const char* service : {"-M smtp/inet", "-M smtpd/pass"}) {
    if (const int64_t maxproc = MaxprocOf(Postconf(service)); maxproc > 0)
      return found(maxproc, "Postfix's master.cf");
  }
  if (const int64_t limit = Number(Postconf("-h default_process_limit")); limit > 0) {
    return found(limit, "Postfix's default_process_limit");
  }
  return found(100, "no Postfix to ask");
}

}  // namespace spillway
