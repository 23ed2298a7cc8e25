// SPDX-License-Identifier: BSD-2-Clause
// From what the checks said to what the MTA is told. Pure.
#pragma once

#include <string>
#include <vector>

#include "milter/pipeline.h"

namespace spillway {

// A field to delete: the `index`th of that name, from 1, as SMFIR_CHGHEADER counts.
struct HeaderDeletion {
  const char* name = "";  // a literal
  unsigned index = 0;
};

struct Verdict {
  bool tempfail = false;
  bool reject = false;
  bool marked = false;        // X-Spam-Flag is among the insertions for what was found
  std::string quarantine;     // why the MTA shall hold it; empty: it shall not
  std::string reply_code;     // "451" when tempfail, "550" when reject
  std::string enhanced_code;  // RFC 3463, "4.3.0"; RFC 7372, "5.7.26"
  std::string reply_text;
  std::vector<HeaderDeletion> deletions;  // in the order to send: highest index first
  std::vector<AddedField> insertions;     // on top, from the top down
  std::vector<std::string> late;          // names of the late checks
  std::vector<std::string> unscanned;     // of those that did not look, or not at all of it
  bool waived = false;  // late would have been a tempfail, but the client cannot retry
};

// `forged` are fields that claim to be ours, in the order they came in. `id` is the queue id, for
// the remote postmaster to quote. A client that cannot retry would lose what is tempfailed: late
// checks are waived for it, unless they are required.
Verdict Decide(const std::vector<CheckReport>& reports, const std::string& authserv_id,
               const std::vector<HeaderDeletion>& forged, const std::string& id, bool cannot_retry);

// "accept", "mark", "quarantine", "reject", "tempfail".
std::string_view VerdictName(const Verdict& verdict);

}  // namespace spillway
