// SPDX-License-Identifier: BSD-2-Clause
// The DNS tree walk of RFC 9989 section 4.10: from a name up to where its organization ends. Pure,
// over the answers known so far; all names of a walk are asked for at once, because waiting for one
// before asking the next would cost the budget up to eight round trips.
#pragma once

#include <string>
#include <vector>

#include "milter/auth/dmarc_record.h"
#include "milter/dns/lookups.h"

namespace spillway {

DnsQuestion DmarcQuestion(const std::string& domain);
// The domain itself, then (from 8 labels on) its last 7 labels, then one label fewer each time:
// at most 8.
std::vector<std::string> WalkNames(const std::string& domain);

// What is published at one name.
struct DmarcAt {
  bool failed = false;   // the DNS gave no answer to rely on, or none has come yet
  bool several = false;  // more than one record: as good as none
  std::optional<DmarcRecord> record;
};
DmarcAt LookUpDmarc(const std::string& domain, const DnsFind& find);

struct Organization {
  bool failed = false;  // an answer on the way is missing: it could be another
  std::string domain;
  std::optional<DmarcRecord> record;     // its own, if the walk came by it
  std::string registry;                  // a name with psd=y above it; empty: none seen
  std::optional<DmarcRecord> registrys;  // the record there
};
Organization FindOrganization(const std::string& domain, const DnsFind& find);

}  // namespace spillway
