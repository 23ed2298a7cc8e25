// SPDX-License-Identifier: BSD-2-Clause
// A connection: attempt → (backlog) → greeting, where the judge is asked → filter → out. A slot is
// held from the greeting to the end, even when the client gave up long ago: that is the damage.
#include "policy/sim/plant.h"

#include <algorithm>
#include <cmath>

namespace spillway::sim {

namespace {

constexpr double kMtaPatience = 300;     // RFC 5321 section 4.5.3.2.1, greeting
constexpr double kConnectPatience = 30;  // Postfix's smtp_connect_timeout
constexpr double kFirstSyn = 1;          // seconds; RFC 6298 section 2, then twice as long each
constexpr double kNever = 1e18;
constexpr double kRounding = 1e-6;  // seconds
constexpr size_t kDevices = 200;

}  // namespace

Plant::Plant(const Scenario& scenario, Judge& judge)
    : scenario_(scenario),
      judge_(judge),
      outcome_(scenario),
      random_(static_cast<uint64_t>(scenario.seed)),
      hosts_(MakeHosts(kDevices, static_cast<size_t>(scenario.mtas))),
      devices_(kDevices) {}

Outcome Plant::Run() {
  Schedule(0, Kind::kNewMail, 0);
  Schedule(InSeconds(kTick), Kind::kTick, 0);
  const double end = InSeconds(scenario_.duration);
  while (!events_.empty() && events_.top().at < end) {
    const Event event = events_.top();
    events_.pop();
    now_ = event.at;
    Handle(event);
  }
  double oldest = -1;
  for (const Mail& mail : mails_) {
    if (mail.delayed && hosts_[mail.host].retries() && (oldest < 0 || mail.born < oldest))
      oldest = mail.born;
  }
  outcome_.End(hosts_, oldest);
  return outcome_;
}

void Plant::Schedule(double at, Kind kind, uint32_t what) {
  events_.push({at, order_++, kind, what});
}

void Plant::Handle(const Event& event) {
  switch (event.kind) {
    case Kind::kNewMail:
      return NewMail();
    case Kind::kRetry:
      hosts_[mails_[event.what].host].ready.push_back(event.what);
      return Ready(mails_[event.what].host);
    case Kind::kKnock:
      return Knock(event.what);
    case Kind::kTick:
      return Tick();
    case Kind::kWorkerDone:
      return WorkerDone();
    case Kind::kLeave:
      return Leave(event.what);
    case Kind::kWake:
      return Ready(event.what);
  }
}

void Plant::NewMail() {
  const double rate = scenario_.offered_per_s * scenario_.FactorAt(now_);
  Schedule(now_ + std::exponential_distribution<>(std::max(rate, 1e-3))(random_), Kind::kNewMail,
           0);
  if (rate <= 0) return;
  MessageId id = 0;
  if (free_mails_.empty()) {
    id = static_cast<MessageId>(mails_.size());
    mails_.emplace_back();
  } else {
    id = free_mails_.back();
    free_mails_.pop_back();
  }
  const bool device = std::uniform_real_distribution<>()(random_) < scenario_.device_share;
  const uint64_t pick = random_();
  const size_t host = device ? pick % devices_ : devices_ + pick % (hosts_.size() - devices_);
  mails_[id] = {.host = static_cast<uint32_t>(host), .born = now_};
  ++hosts_[host].offered;
  outcome_.Offered(hosts_[host], now_);
  hosts_[host].ready.push_back(id);
  Ready(static_cast<uint32_t>(host));
}

// Opens as many connections as the host may.
void Plant::Ready(uint32_t number) {
  Host& host = hosts_[number];
  while (!host.ready.empty() && host.MayConnect(now_)) {
    const MessageId id = host.ready.front();
    host.ready.pop_front();
    ++host.active;
    Attempt(id);
  }
}

double Plant::Patience(const Mail& mail) const {
  return hosts_[mail.host].retries() ? kMtaPatience : InSeconds(scenario_.device_patience);
}

void Plant::Attempt(MessageId id) {
  Mail& mail = mails_[id];
  ++mail.attempts;
  mail.attempt_start = now_;
  mail.knocks = 0;
  Knock(id);
}

// A SYN that meets a full backlog is dropped, and the client's kernel sends it again.
void Plant::Knock(MessageId id) {
  Mail& mail = mails_[id];
  if (busy_slots_ < scenario_.slots) return Greet(id);
  if (static_cast<int64_t>(backlog_.size()) < scenario_.backlog) return backlog_.push_back(id);
  const double patience = hosts_[mail.host].retries() ? kConnectPatience : Patience(mail);
  const double deadline = mail.attempt_start + patience;
  if (now_ + kRounding >= deadline) return Failed(id, true);
  const double again = now_ + kFirstSyn * std::exp2(mail.knocks);
  ++mail.knocks;
  Schedule(std::min(again, deadline), Kind::kKnock, id);
}

void Plant::Greet(MessageId id) {
  const Mail& mail = mails_[id];
  outcome_.Arrived(now_);
  const Answer answer = judge_.Ask({.address = hosts_[mail.host].address, .user = {}},
                                   static_cast<double>(busy_slots_), now_);
  if (answer == Answer::kAdmit) return Enter(id);
  outcome_.Refused(now_, static_cast<double>(busy_slots_));
  Failed(id, answer == Answer::kRefuseSession);
}

void Plant::Enter(MessageId id) {
  ++busy_slots_;
  uint32_t number = 0;
  if (free_sessions_.empty()) {
    number = static_cast<uint32_t>(sessions_.size());
    sessions_.emplace_back();
  } else {
    number = free_sessions_.back();
    free_sessions_.pop_back();
  }
  Session& session = sessions_[number];
  session = {.mail = id,
             .start = now_,
             .finish = kNever,
             .generation = session.generation + 1,
             .position = static_cast<uint32_t>(in_filter_.size()),
             .in_service = false,
             .gone = false};
  in_filter_.push_back(number);
  if (busy_workers_ < scenario_.workers) return BeginService(number);
  waiting_.emplace_back(number, session.generation);
  Schedule(now_ + InSeconds(scenario_.budget), Kind::kLeave, number);
}

double Plant::Service() {
  const double sigma = scenario_.service_sigma;
  const double mu = std::log(scenario_.service_mean) - sigma * sigma / 2;
  double service = std::lognormal_distribution<>(mu, sigma)(random_) * scenario_.MultiplierAt(now_);
  for (const Fault& fault : scenario_.faults) {
    const double end = InSeconds(fault.at + fault.length);
    if (fault.hang && now_ >= InSeconds(fault.at) && now_ < end)
      service = std::max(service, end - now_);
  }
  return service;
}

void Plant::BeginService(uint32_t number) {
  Session& session = sessions_[number];
  const bool waited = session.start < now_;
  ++busy_workers_;
  session.in_service = true;
  session.finish = now_ + Service();
  const double deadline = session.start + InSeconds(scenario_.budget);
  if (!waited) Schedule(std::min(session.finish, deadline), Kind::kLeave, number);
  // A session that waited has the event for the end of its budget in the heap already.
  if (waited && session.finish < deadline) Schedule(session.finish, Kind::kLeave, number);
  // The scanner does not know that nobody waits any more.
  Schedule(session.finish, Kind::kWorkerDone, number);
}

void Plant::WorkerDone() {
  --busy_workers_;
  while (!waiting_.empty() && busy_workers_ < scenario_.workers) {
    const auto [number, generation] = waiting_.front();
    waiting_.pop_front();
    const Session& session = sessions_[number];
    if (session.generation == generation && !session.gone) BeginService(number);
  }
}

void Plant::Leave(uint32_t number) {
  Session& session = sessions_[number];
  const double deadline = session.start + InSeconds(scenario_.budget);
  // The place may have been taken by another session since this was scheduled.
  if (session.gone || now_ + 1e-9 < std::min(session.finish, deadline)) return;
  const bool late = session.finish > deadline + 1e-9;
  session.gone = true;
  sessions_[in_filter_.back()].position = session.position;
  in_filter_[session.position] = in_filter_.back();
  in_filter_.pop_back();
  free_sessions_.push_back(number);
  ++look_.completed;
  look_.busy += now_ - session.start;
  look_.late += late ? 1 : 0;
  Served(session.mail, late);
  FreeSlot();
}

void Plant::FreeSlot() {
  --busy_slots_;
  while (!backlog_.empty() && busy_slots_ < scenario_.slots) {
    const MessageId id = backlog_.front();
    backlog_.pop_front();
    if (now_ - mails_[id].attempt_start > Patience(mails_[id]))
      Failed(id, true);
    else
      Greet(id);
  }
}

void Plant::Served(MessageId id, bool late) {
  const Mail& mail = mails_[id];
  Host& host = hosts_[mail.host];
  const bool waived = scenario_.on_timeout == "tempfail" && !host.retries();
  if (late && scenario_.on_timeout != "accept" && !waived) {
    ++look_.deferred;
    outcome_.TempfailedAtEnd(now_);
    return Failed(id, false);
  }
  if (late) ++look_.waived;
  if (now_ - mail.attempt_start > Patience(mail) + kRounding) return Failed(id, true);
  outcome_.Served(host, mail, now_);
  ++host.served;
  --host.active;
  host.Succeeded();
  mails_[id].delayed = false;
  free_mails_.push_back(id);
  if (!host.ready.empty()) Schedule(now_, Kind::kWake, mail.host);
}

void Plant::Failed(MessageId id, bool session_failed) {
  Mail& mail = mails_[id];
  Host& host = hosts_[mail.host];
  --host.active;
  if (!host.retries()) {
    outcome_.Lost(mail.born);
    mail.delayed = false;
    return free_mails_.push_back(id);
  }
  mail.delayed = true;
  if (session_failed) host.SessionFailed(now_);
  Schedule(now_ + RetryDelay(host.kind, mail, now_), Kind::kRetry, id);
  // Messages held back by a dead destination are tried again when it is alive again.
  if (!host.ready.empty()) Schedule(std::max(now_, host.dead_until), Kind::kWake, mail.host);
}

void Plant::Tick() {
  Schedule(now_ + InSeconds(kTick), Kind::kTick, 0);
  ages_.clear();
  for (const uint32_t number : in_filter_) ages_.push_back(now_ - sessions_[number].start);
  look_.ages = ages_;
  look_.sessions = static_cast<uint32_t>(busy_slots_);
  judge_.Tick(look_, now_);
  outcome_.Mode(judge_.limiting(), static_cast<double>(busy_slots_), now_);
  look_ = {};
}

}  // namespace spillway::sim
