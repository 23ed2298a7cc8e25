// SPDX-License-Identifier: BSD-2-Clause
// A connection: attempt → (backlog) → greeting, where the judge is asked → dialogue → filter → the
// next message, or out. A slot is held from the greeting to the end, even when the client gave up
// long ago: that is the damage.
#include "policy/sim/plant.h"

#include <algorithm>
#include <cmath>

namespace spillway::sim {

namespace {

constexpr double kMtaPatience = 300;     // RFC 5321 section 4.5.3.2.1, greeting
constexpr double kConnectPatience = 30;  // Postfix's smtp_connect_timeout
constexpr double kFirstSyn = 1;          // seconds; RFC 6298 section 2, then twice as long each
constexpr double kIdlePatience = 300;    // Postfix's smtpd_timeout
constexpr double kLongestDialogue = 300;
constexpr double kRounding = 1e-6;  // seconds

}  // namespace

Plant::Plant(const Scenario& scenario, Judge& judge)
    : scenario_(scenario),
      judge_(judge),
      random_(static_cast<uint64_t>(scenario.seed)),
      outcome_(scenario),
      filter_(agenda_, scenario, random_, [this](const Filter::Verdict& v) { Leave(v); }),
      hosts_(static_cast<size_t>(scenario.mtas)),
      door_(scenario.law) {}

Outcome Plant::Run() {
  agenda_.At<&Plant::NewMail>(0, this, 0);
  agenda_.At<&Plant::Tick>(InSeconds(kTick), this, 0);
  for (size_t i = 0; i < scenario_.idles.size(); ++i)
    agenda_.At<&Plant::BeginIdle>(InSeconds(scenario_.idles[i].at), this, i);
  for (const Restart& restart : scenario_.restarts)
    agenda_.At<&Plant::Restarted>(InSeconds(restart.at), this, 0);
  agenda_.RunUntil(InSeconds(scenario_.duration));
  double oldest = -1;
  mails_.ForEach([&](const Mail& mail) {
    if (mail.delayed && hosts_[mail.host].retries() && (oldest < 0 || mail.born < oldest))
      oldest = mail.born;
  });
  outcome_.End(hosts_.all(), oldest);
  return outcome_;
}

Group Plant::DrawGroup() {
  double draw = std::uniform_real_distribution<>()(random_);
  if ((draw -= scenario_.device_share) < 0) return Group::kDevices;
  if ((draw -= scenario_.printer_share) < 0) return Group::kPrinters;
  if ((draw -= scenario_.submission_share) < 0) return Group::kUsers;
  return (draw - scenario_.bot_share) < 0 ? Group::kBots : Group::kServers;
}

void Plant::NewMail(uint64_t /*unused*/) {
  const double now = agenda_.now();
  const double rate = scenario_.offered_per_s * scenario_.FactorAt(now);
  const double pause = std::exponential_distribution<>(std::max(rate, 1e-3))(random_);
  agenda_.At<&Plant::NewMail>(now + pause, this, 0);
  if (rate > 0) Offer(hosts_.Pick(DrawGroup(), random_()));
}

void Plant::Offer(uint32_t host) {
  ++hosts_[host].offered;
  outcome_.Offered(hosts_[host], agenda_.now());
  hosts_[host].ready.push_back(mails_.Add({.host = host, .born = agenda_.now()}));
  Wake(host);
}

void Plant::BeginIdle(uint64_t number) {
  for (int64_t i = 0; i < scenario_.idles[number].clients; ++i)
    Offer(hosts_.Pick(Group::kIdle, static_cast<uint64_t>(i)));
}

void Plant::Restarted(uint64_t /*unused*/) {
  judge_.Restart(agenda_.now());
}

void Plant::Retry(MessageId mail) {
  HostOf(mail).ready.push_back(mail);
  Wake(MailOf(mail).host);
}

// Opens as many connections as the host may.
void Plant::Wake(uint64_t number) {
  Host& host = hosts_[number];
  while (!host.ready.empty() && host.MayConnect(agenda_.now())) {
    const MessageId id = host.ready.front();
    host.ready.pop_front();
    ++host.active;
    Attempt(id);
  }
}

double Plant::Patience(const Host& host) const {
  const Group group = host.group();
  const bool impatient =
      group == Group::kDevices || group == Group::kUsers || group == Group::kPrinters;
  return impatient ? InSeconds(scenario_.device_patience) : kMtaPatience;
}

void Plant::Attempt(MessageId id) {
  Mail& mail = MailOf(id);
  ++mail.attempts;
  mail.attempt_start = agenda_.now();
  mail.knocks = 0;
  Knock(id);
}

// Of our own clients, the law learns which message comes again.
ClientId Plant::AskAs(MessageId id) {
  const Host& host = HostOf(id);
  ClientId client = host.id();
  if (host.group() == Group::kPrinters) client.mail = static_cast<uint32_t>(id >> 16) | 1;
  return client;
}

// A SYN that meets a full backlog is dropped, and the client's kernel sends it again.
void Plant::Knock(MessageId id) {
  Mail& mail = MailOf(id);
  if (static_cast<int64_t>(slots_.size()) < scenario_.slots) return Greet(id);
  if (static_cast<int64_t>(backlog_.size()) < scenario_.backlog) return backlog_.push_back(id);
  const Host& host = HostOf(id);
  const double patience = host.retries() ? kConnectPatience : Patience(host);
  const double deadline = mail.attempt_start + patience;
  if (agenda_.now() + kRounding >= deadline) return Failed(id, true);
  const double again = agenda_.now() + kFirstSyn * std::exp2(mail.knocks);
  ++mail.knocks;
  agenda_.At<&Plant::Knock>(std::min(again, deadline), this, id);
}

void Plant::Greet(MessageId id) {
  ++accepted_;
  const Host& host = HostOf(id);
  outcome_.Arrived(host, MailOf(id), agenda_.now());
  const Answer answer = judge_.Ask(AskAs(id), held(), agenda_.now());
  if (answer != Answer::kAdmit) return Refuse(id, answer);
  BeginDialogue(slots_.Add({.mail = id, .since = agenda_.now()}));
}

void Plant::Refuse(MessageId id, Answer answer) {
  outcome_.Refused(HostOf(id), agenda_.now(), filter_.messages());
  Failed(id, answer == Answer::kRefuseSession);
}

double Plant::Dialogue() {
  if (scenario_.dialogue <= 0) return 0;
  std::lognormal_distribution<> draw(std::log(scenario_.dialogue), scenario_.dialogue_sigma);
  return std::min(kLongestDialogue, draw(random_));
}

void Plant::BeginDialogue(uint64_t number) {
  const double now = agenda_.now();
  if (HostOf(slots_.Find(number)->mail).kind == HostKind::kIdle)
    return agenda_.At<&Plant::HangUp>(now + kIdlePatience, this, number);
  const double dialogue = Dialogue();
  if (dialogue <= 0) return EndOfMessage(number);
  agenda_.At<&Plant::EndOfMessage>(now + dialogue, this, number);
}

void Plant::EndOfMessage(uint64_t number) {
  const Session& session = *slots_.Find(number);
  const Host& host = HostOf(session.mail);
  const LineRank rank = judge_.CannotRetry(host.id(), agenda_.now()) ? LineRank::kCannotRetry
                        : host.group() == Group::kUsers              ? LineRank::kSubmission
                                                                     : LineRank::kOthers;
  filter_.Enter(number, rank, agenda_.now() - session.since);
}

void Plant::Leave(const Filter::Verdict& verdict) {
  const MessageId mail = slots_.Find(verdict.session)->mail;
  const bool more = NextMessage(verdict.session, HostOf(mail));
  if (!more) slots_.Remove(verdict.session);
  Settle(mail, verdict);
  if (!more) FreeSlot();
}

// A mail server sends its next message in the same session, if there is one and it is admitted.
bool Plant::NextMessage(uint64_t number, Host& host) {
  const double again = 1 - 1 / scenario_.messages_per_connection;
  if (!host.retries() || host.ready.empty()) return false;
  if (std::uniform_real_distribution<>()(random_) >= again) return false;
  const MessageId next = host.ready.front();
  host.ready.pop_front();
  ++host.active;
  ++MailOf(next).attempts;
  MailOf(next).attempt_start = agenda_.now();
  const Answer answer = judge_.Ask(AskAs(next), held() - 1, agenda_.now());
  if (answer != Answer::kAdmit) {
    Refuse(next, answer);
    return false;
  }
  *slots_.Find(number) = {.mail = next, .since = agenda_.now()};
  BeginDialogue(number);
  return true;
}

void Plant::HangUp(uint64_t number) {
  const MessageId mail = slots_.Find(number)->mail;
  slots_.Remove(number);
  Failed(mail, true);
  FreeSlot();
}

void Plant::FreeSlot() {
  while (!backlog_.empty() && static_cast<int64_t>(slots_.size()) < scenario_.slots) {
    const MessageId id = backlog_.front();
    backlog_.pop_front();
    if (agenda_.now() - MailOf(id).attempt_start > Patience(HostOf(id)))
      Failed(id, true);
    else
      Greet(id);
  }
}

void Plant::Settle(MessageId id, const Filter::Verdict& verdict) {
  const Mail& mail = MailOf(id);
  const uint32_t number = mail.host;
  Host& host = hosts_[number];
  const double now = agenda_.now();
  judge_.Ended(AskAs(id), verdict.tempfail, now);
  if (verdict.tempfail) {
    outcome_.TempfailedAtEnd(now);
    return Failed(id, false);
  }
  if (now - mail.attempt_start > Patience(host) + kRounding) return Failed(id, true);
  outcome_.Served(host, mail, verdict.scanned, now);
  ++host.served;
  --host.active;
  host.Succeeded();
  mails_.Remove(id);
  if (!host.ready.empty()) agenda_.At<&Plant::Wake>(now, this, number);
}

void Plant::Failed(MessageId id, bool session_failed) {
  Mail& mail = MailOf(id);
  Host& host = HostOf(id);
  const double now = agenda_.now();
  --host.active;
  outcome_.Failed(host, now);
  const bool idle = host.kind == HostKind::kIdle && scenario_.IdleAt(now);
  if (!host.retries() && !idle) {
    outcome_.Lost(host, mail.born);
    return mails_.Remove(id);
  }
  mail.delayed = true;
  if (session_failed) host.SessionFailed(now);
  agenda_.At<&Plant::Retry>(now + RetryDelay(host.kind, mail, now), this, id);
  // Messages held back by a dead destination are tried again when it is alive again.
  if (!host.ready.empty())
    agenda_.At<&Plant::Wake>(std::max(now, host.dead_until), this, mail.host);
}

void Plant::Tick(uint64_t /*unused*/) {
  const double now = agenda_.now();
  agenda_.At<&Plant::Tick>(now + InSeconds(kTick), this, 0);
  Look look = filter_.TakeLook();
  look.held = static_cast<uint32_t>(slots_.size());
  look.door = door_.Update(At(now), static_cast<double>(backlog_.size()),
                           static_cast<double>(scenario_.backlog), accepted_);
  judge_.Tick(look, now);
  filter_.Follow(judge_.advice());
  outcome_.Mode(judge_.limiting(), filter_.messages(), now);
}

}  // namespace spillway::sim
