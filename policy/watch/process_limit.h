// SPDX-License-Identifier: BSD-2-Clause
// How many SMTP server processes the MTA may run.
#pragma once

#include <string>

namespace spillway {

struct ProcessLimit {
  double count = 100;
  std::string source;  // for the log: "master.cf", "default_process_limit", ...
};

// The configured number, or what Postfix says: maxproc of the smtpd behind port 25 (smtp/inet, or
// smtpd/pass behind postscreen), or default_process_limit; 100, Postfix's default, when there is no
// Postfix to ask. Never under 4.
ProcessLimit FindProcessLimit(int64_t configured);

// The maxproc of an smtpd in a line of `postconf -M`; 0 for "-", for another program, and for
// anything else.
int64_t MaxprocOf(const std::string& line);

}  // namespace spillway
