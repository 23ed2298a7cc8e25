// SPDX-License-Identifier: BSD-2-Clause
// DMARC evaluation (RFC 9989) as a pure function of what SPF and DKIM found and of DNS answers.
#pragma once

#include <string>
#include <vector>

#include "milter/auth/dmarc_walk.h"
#include "milter/base/result.h"

namespace spillway {

// Something that was authenticated, or not.
struct DmarcIdentifier {
  bool spf = false;  // else DKIM
  State state = State::kNone;
  std::string domain;  // as AsciiDomain() has it
};

struct DmarcOutcome {
  // pass, fail, temperror, late (only because SPF or DKIM were), or none: no policy.
  State state = State::kNone;
  DmarcPolicy policy = DmarcPolicy::kNone;  // to apply to a fail, t=y and subdomains considered
  std::string found_at;                     // the domain whose record it is; empty: none
  std::string organization;                 // of the author domain
  std::string reason;                       // for people
};

// What must still be asked for to know the author domain's policy, given the answers so far; empty:
// all is known.
std::vector<DnsQuestion> PolicyQuestions(const std::string& author, const DnsFind& find);
// What alignment with the domains of SPF and DKIM needs besides, once that is known: names within
// the author's organization only.
std::vector<DnsQuestion> AlignmentQuestions(const std::string& author,
                                            const std::vector<std::string>& domains,
                                            const DnsFind& find);

// With an answer missing that matters, the outcome is a temporary error.
DmarcOutcome EvaluateDmarc(const std::string& author,
                           const std::vector<DmarcIdentifier>& identifiers, const DnsFind& find);

}  // namespace spillway
