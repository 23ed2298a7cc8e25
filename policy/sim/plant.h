// SPDX-License-Identifier: BSD-2-Clause
// The gateway in virtual time: SMTP slots behind a listen backlog, the filter, and senders that
// wait, give up and come back. No wall clock, no I/O.
#pragma once

#include <random>

#include "policy/law/door_wait.h"
#include "policy/sim/filter.h"
#include "policy/sim/judges.h"
#include "policy/sim/outcome.h"
#include "policy/sim/senders.h"

namespace spillway::sim {

class Plant {
 public:
  Plant(const Scenario& scenario, Judge& judge);
  Outcome Run();

 private:
  // A client that holds a slot.
  struct Session {
    MessageId mail = 0;
    double since = 0;  // the connect, or the end of the message before
  };

  void NewMail(uint64_t);
  void Offer(uint32_t host);
  void BeginIdle(uint64_t number);
  void Restarted(uint64_t);
  void Retry(MessageId mail);
  void Wake(uint64_t host);
  void Attempt(MessageId mail);
  ClientId AskAs(MessageId mail);
  void Knock(MessageId mail);
  void Greet(MessageId mail);
  void Refuse(MessageId mail, Answer answer);
  void BeginDialogue(uint64_t session);
  void EndOfMessage(uint64_t session);
  void Leave(const Filter::Verdict& verdict);
  bool NextMessage(uint64_t session, Host& host);
  void HangUp(uint64_t session);
  void FreeSlot();
  void Settle(MessageId mail, const Filter::Verdict& verdict);
  void Failed(MessageId mail, bool session_failed);
  void Tick(uint64_t);

  Group DrawGroup();
  double Dialogue();
  double Patience(const Host& host) const;
  Mail& MailOf(MessageId mail) { return *mails_.Find(mail); }
  Host& HostOf(MessageId mail) { return hosts_[MailOf(mail).host]; }
  double held() const { return static_cast<double>(slots_.size()); }

  const Scenario& scenario_;
  Judge& judge_;
  Agenda agenda_;
  std::mt19937_64 random_;
  Outcome outcome_;
  Filter filter_;
  Hosts hosts_;
  Pool<Mail> mails_;
  Pool<Session> slots_;
  std::deque<MessageId> backlog_;
  DoorWait door_;
  double accepted_ = 0;  // connections since the start
};

}  // namespace spillway::sim
