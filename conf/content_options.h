// SPDX-License-Identifier: BSD-2-Clause
// The sections of the content checks; see config.h.
#pragma once

#include "conf/check_options.h"
#include "milter/rules/rule_file.h"

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
  Strings url_lists;
  int64_t quarantine_score = 0;  // 0: never
  int64_t reject_score = 0;
};

struct AttachmentsOptions : CheckOptions {
  AttachmentsOptions() { enabled = false; }
  Strings check{"external", "internal", "authenticated"};  // classes of client
  Strings forbidden_extensions{
      "ade",  "adp",  "appref-ms", "asx", "bas", "bat", "chm",
      "cmd",  "com",  "cpl",       "crt", "dll", "exe", "gadget",
      "hlp",  "hta",  "img",       "inf", "ins", "iso", "isp",
      "jar",  "jnlp", "js",        "jse", "lnk", "mdb", "mde",
      "msc",  "msi",  "msp",       "mst", "pcd", "pif", "ps1",
      "ps2",  "psc1", "reg",       "scf", "scr", "sct", "settingcontent-ms",
      "shb",  "shs",  "url",       "vb",  "vbe", "vbs", "vhd",
      "vhdx", "ws",   "wsc",       "wsf", "wsh", "xll"};
  Strings forbidden_types{"application/x-dosexec", "application/x-executable",
                          "application/x-ms-shortcut", "application/java-vm", "message/partial"};
  std::string on_forbidden = "reject";
  std::string on_misleading = "quarantine";
  std::string on_macros = "quarantine";
  std::string on_encrypted = "none";
  std::string on_nested = "none";
  std::string on_ambiguous = "quarantine";
  std::string on_unreadable = "quarantine";
};

struct RulesOptions : CheckOptions {
  RulesOptions() { enabled = false; }
  std::string file = "/etc/spillway/rules.toml";
  double quarantine_score = 0;  // 0: never
  double reject_score = 0;
  std::vector<Rule> rows;  // what ReadRules() read
};

}  // namespace spillway
