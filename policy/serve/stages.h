// SPDX-License-Identifier: BSD-2-Clause
// From a policy request to an answer. There is one decision for each session, and one more for each
// further message of a session that stays open. This class chooses the stage of the SMTP session at
// which a decision is made. Pure; memory is fixed. "Mild" is Shedder::mild(), else it is severe.
//
//   CONNECT      severe: 421 for clients that the law refuses. Mild: nothing yet; nor for our own
//                clients (Clients::Trusted()): whether one of them can come again is learned from
//                what comes again, and that is known at RCPT.
//                On a submission port (587, 465) nothing: the user is not known.
//                The filter, which asks in place of Sendmail (ask_policy.h), asks at CONNECT only:
//                it gets its decision there, mild or not.
//   MAIL, RCPT   the first message of an admitted session passes. A further message, and any
//                message of a session without a decision, is decided on now: 421 when severe;
//                450, at RCPT, when mild, and for our own clients.
//   later        DUNNO. Nothing is refused once the message is on its way.
// Postfix asks again for each recipient of a message, and gets the same answer. Mail from the
// machine itself (127.0.0.1, ::1) is never refused.
#pragma once

#include <vector>

#include "policy/law/shedder.h"
#include "policy/serve/request.h"

namespace spillway {

class Stages {
 public:
  explicit Stages(Shedder& shedder) : shedder_(shedder), connections_(kConnections) {}

  // One of the texts in reply.h. `sessions`: how many hold a slot now, the session that asks
  // included: Postfix connects to its filters before it asks about the client. `wall`: Unix time.
  std::string_view Answer(const PolicyRequest& request, double sessions, TimePoint now,
                          int64_t wall);
  // Mail that is not to be refused at connect: the machine's own, and submission.
  static bool ExemptAtConnect(const PolicyRequest& request);

 private:
  static constexpr size_t kConnections = 16384;
  // By client address and port. Two connections that share a place overwrite each other, which only
  // costs a second decision.
  struct Connection {
    uint64_t key = 0;
    bool admitted = false;  // at CONNECT, and no message yet
    TimePoint at;           // of the CONNECT
    // The message under way. MAIL begins one; without MAIL, a new instance at RCPT does. (Postfix's
    // instance is not the same at MAIL and at RCPT.)
    bool by_mail = false;
    uint64_t instance = 0;
    std::string_view answer;  // empty: not decided on
  };

  Connection& Place(uint64_t key);
  std::string_view AtConnect(const PolicyRequest& request, const ClientId& client, double sessions,
                             TimePoint now, int64_t wall);
  // Not before the recipient is known.
  bool AtRecipient(const ClientId& client, double sessions) const;
  std::string_view AtMessage(const PolicyRequest& request, ClientId client, bool recipient,
                             double sessions, TimePoint now, int64_t wall);

  Shedder& shedder_;
  std::vector<Connection> connections_;
};

}  // namespace spillway
