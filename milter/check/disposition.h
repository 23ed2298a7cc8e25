// SPDX-License-Identifier: BSD-2-Clause
// What the administrator does about what a check finds: one row of policy for each check, read from
// its section once. What the check finds is data (Result), and knows nothing of this.
#pragma once

#include <string>
#include <vector>

#include "milter/base/result.h"
#include "milter/mail/message.h"

namespace spillway {

// Nobody, everybody, or those in certain classes.
struct ClientSet {
  bool everybody = false;
  std::vector<std::string> classes;
  bool Has(const Client& client) const { return everybody || IsAmong(client, classes); }
};

struct Disposition {
  // For whom a late result is tempfailed, and one that could not be had at all (Result::unscanned).
  ClientSet tempfail_on_timeout, tempfail_on_down;
  // For whom it is never waived, also for clients that cannot retry.
  ClientSet required;
  // The actions are only tried out: they are said in the log.
  bool shadow = false;
  // What is done about a message for which the result asks for this. What asks for less than a
  // quarantine, or for a tempfail, gets it.
  Wish on_quarantine = Wish::kQuarantine;
  Wish on_reject = Wish::kReject;
  Wish on_unclear_author = Wish::kNone;
  // Does it write X-Spam-Flag? Then a stranger's is removed.
  bool marks_spam = false;

  Wish Action(const Result& result) const;
};

// "tempfail" or "accept", as on_timeout is written.
ClientSet TempfailSet(const std::string& on_timeout);

}  // namespace spillway
