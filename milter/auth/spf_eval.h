// SPDX-License-Identifier: BSD-2-Clause
// check_host() of RFC 7208 on libspf2, as a pure function of the DNS answers known so far. The text
// behind exp= (section 6.2) is not asked for: nobody is told the words of a stranger's domain.
//
// A look-up that is not answered yet ends the evaluation as "pending" with the question; the caller
// asks, and evaluates again from the start when the answer is there. An evaluation costs
// microseconds, so this is cheaper than a thread that waits, and the result depends on nothing but
// the answers.
//
// libspf2 sees only what the strict reader let through, rewritten: every name that a stranger wrote
// is a token of ours, address tests and macros are done here, and the limits of section 4.6.4 (10
// terms, 2 void look-ups, 10 MX, 10 PTR) are counted over the whole evaluation, which libspf2 does
// not do. What it decides is the order of terms, qualifiers, include and redirect. The only file
// that sees libspf2.
#pragma once

#include <string>
#include <vector>

#include "milter/base/ip.h"
#include "milter/base/result.h"
#include "milter/dns/resolver.h"

namespace spillway {

struct SpfQuery {
  Ip client;
  std::string helo;    // as DnsName() has it
  std::string local;   // of the identity; empty stands for "postmaster"
  std::string domain;  // of the identity: MAIL FROM's domain, or the HELO name, as DnsName() has it
};

// The answers known so far.
class SpfAnswers {
 public:
  virtual ~SpfAnswers() = default;
  // Null when the question has not been answered yet.
  virtual DnsAnswerPtr Find(const DnsQuestion& question) = 0;
};

struct SpfOutcome {
  std::vector<DnsQuestion> needed;  // not empty: pending, and the rest says nothing
  State state = State::kNone;
  std::string reason;  // for people: which term, which name
};

// Thread-safe. Errors are states: temperror for DNS failures, permerror for what the domain
// published.
SpfOutcome EvaluateSpf(const SpfQuery& query, SpfAnswers& answers);

}  // namespace spillway
