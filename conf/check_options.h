// SPDX-License-Identifier: BSD-2-Clause
// The sections of the checks; see config.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "conf/rule_file.h"
#include "conf/signing_table.h"
#include "conf/toml_file.h"

namespace spillway {

// What every check has.
struct CheckOptions {
  bool enabled = true;
  std::string on_timeout = "accept";
  bool required = false;
};

struct IprevOptions : CheckOptions {
  IprevOptions() { enabled = false; }
  bool show_address = true;
};

struct AuthOptions {
  bool enabled = true;
  bool show_user = false;
};

struct SpfOptions : CheckOptions {
  bool received_spf = false;
};

struct DkimOptions : CheckOptions {
  int64_t max_signatures = 6;
  int64_t max_signed_headers = 100;
  int64_t min_key_bits = 1024;
  int64_t max_key_bits = 4096;
};

struct ArcOptions : CheckOptions {
  Strings trusted_sealers;
};

struct DmarcOptions : CheckOptions {
  bool judge_ours = false;
  Strings act_on{"external"};  // classes of client
  std::string on_quarantine = "none";
  std::string on_reject = "none";
  std::string on_unclear_author = "none";
};

struct SignOptions : CheckOptions {
  SignOptions() { enabled = false; }
  std::string table = "/etc/spillway/signing.table";
  std::string canonicalization = "relaxed/relaxed";
  bool check_published = true;
  std::vector<SigningRow> rows;  // what ReadSigningTable() read
};

struct SealOptions : CheckOptions {
  SealOptions() { enabled = false; }
  std::string domain;
  std::string selector;
  std::string key_file;
  bool check_published = true;
};

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

struct RulesOptions : CheckOptions {
  RulesOptions() { enabled = false; }
  std::string file = "/etc/spillway/rules.toml";
  double quarantine_score = 0;  // 0: never
  double reject_score = 0;
  std::vector<Rule> rows;  // what ReadRules() read
};

}  // namespace spillway
