// SPDX-License-Identifier: BSD-2-Clause
// DMARC read a second time from RFC 9989, slow and simple, to hold the engine against.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace spillway {

struct OracleIdentifier {
  bool spf = false;  // else DKIM
  bool passed = false;
  std::string domain;  // lower case, no final dot
};

struct OracleWorld {
  std::map<std::string, std::vector<std::string>> texts;  // whole TXT records at "_dmarc." + key
  std::set<std::string> existing;  // names for which A, AAAA or MX does not give NXDOMAIN
};

struct OracleResult {
  std::string result;  // "none" (no policy applies), "pass", "fail"
  std::string policy;  // what a fail gets: "none", "quarantine", "reject"; "" without a policy
  std::string organization;  // organizational domain of the author domain
  bool operator==(const OracleResult&) const = default;
};

OracleResult DmarcOracle(const std::string& author,
                         const std::vector<OracleIdentifier>& identifiers,
                         const OracleWorld& world);

}  // namespace spillway
