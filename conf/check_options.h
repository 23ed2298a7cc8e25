// SPDX-License-Identifier: BSD-2-Clause
// The sections of the authentication checks; see config.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

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

}  // namespace spillway
