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
  // The clients whose message is tempfailed when the check is late, or when the message could not
  // be scanned at all (Result::unscanned).
  ClientSet tempfail_on_timeout, tempfail_on_down;
  // The clients for whom that tempfail is never waived, even if they cannot retry.
  ClientSet required;
  // Shadow mode: the actions are only written to the log.
  bool shadow = false;
  // What is done when the result wishes quarantine or reject, or, if that is stricter, when the
  // author is unclear. Wishes for a mark or a tempfail are followed as they are.
  Wish on_quarantine = Wish::kQuarantine;
  Wish on_reject = Wish::kReject;
  Wish on_unclear_author = Wish::kNone;
  // Does the check write X-Spam-Flag? Then an X-Spam-Flag from outside is removed.
  bool marks_spam = false;

  Wish Action(const Result& result) const;
  // Is a message of this client tempfailed when the check is late? Otherwise its lateness is
  // accepted.
  bool Insists(const Client& client) const {
    return !shadow && tempfail_on_timeout.Has(client) &&
           (!client.cannot_retry || required.Has(client));
  }
};

// "tempfail", "tempfail-external" or "accept", as on_timeout is written.
ClientSet TempfailSet(const std::string& on_timeout);

}  // namespace spillway
