// SPDX-License-Identifier: BSD-2-Clause
// The sections of the content checks; see config.h.
#pragma once

#include "conf/check_options.h"
#include "conf/rule_file.h"

namespace spillway {

// What every scanner has. Lists of classes of client: "external", "internal", "authenticated".
struct ScannerOptions {
  bool enabled = false;
  Strings servers;
  int64_t connections = 50;
  Strings scan{"external", "internal", "authenticated"};
  Strings tempfail_on_timeout;
  Strings tempfail_on_down;
  Strings required;
};

struct ClamdOptions : ScannerOptions {
  ClamdOptions() { servers = {"unix:/run/clamav/clamd.ctl"}; }
  std::string on_infected = "reject";
};

struct SpamdOptions : ScannerOptions {
  SpamdOptions() {
    servers = {"inet:783@127.0.0.1"};
    scan = {"external"};
  }
  std::string on_spam = "none";
};

struct RspamdOptions : ScannerOptions {
  RspamdOptions() {
    servers = {"inet:11333@127.0.0.1"};
    scan = {"external"};
  }
  std::string on_spam = "none";
  std::string on_reject = "reject";
  std::string on_defer = "tempfail";
};

struct DnsblOptions : CheckOptions {
  DnsblOptions() { enabled = false; }
  Strings check{"external"};  // classes of client
  Strings address_lists;
  Strings domain_lists;
  int64_t quarantine_score = 0;  // 0: never
  int64_t reject_score = 0;
};

struct RulesOptions : CheckOptions {
  RulesOptions() { enabled = false; }
  std::string file = "/etc/spillway/rules.toml";
  double quarantine_score = 0;  // 0: never
  double reject_score = 0;
  std::vector<Rule> rows;  // what ReadRules() read
};

}  // namespace spillway
