// SPDX-License-Identifier: BSD-2-Clause
// Who gets which server, and who waits. What becomes of a request stands in requests.cc.
#include "milter/scan/core.h"

#include <algorithm>

namespace spillway {

Scanner::Core::Core(ScanLoop& loop, std::unique_ptr<ScanProtocol> protocol, Options options,
                    const Clock& clock, Log& log)
    : loop_(loop),
      protocol_(std::move(protocol)),
      options_(std::move(options)),
      clock_(clock),
      log_(log),
      random_(options_.seed) {
  for (const Endpoint& endpoint : options_.back_ends) {
    back_ends_.emplace_back(endpoint, options_.connections);
    back_ends_.back().Publish(clock_.Now());
  }
}

std::string Scanner::Core::where() const {
  std::string out;
  for (const BackEnd& back_end : back_ends_) out += (out.empty() ? "" : ", ") + back_end.name;
  return out;
}

std::vector<ServerFigures> Scanner::Core::figures() const {
  std::vector<ServerFigures> out;
  for (const BackEnd& back_end : back_ends_) {
    out.push_back(back_end.figures());
    out.back().waiting = waiting_;
  }
  return out;
}

void Scanner::Core::Advance(const std::shared_ptr<ScanJob>& job) {
  if (job->settled_) return;
  if (job->exchange_) return job->Feed(*protocol_, false);
  const bool begun = job->tried_ != 0 || job->pieces_.size() > 1;
  if (!protocol_->streams() || begun) return;
  if (const auto to = Choose(*job, Room::kPlenty).server) Send(job, *to);
}

// The whole message is known now, so its digest can be looked up in the late verdicts.
void Scanner::Core::Ended(const std::shared_ptr<ScanJob>& job) {
  if (job->settled_) return;
  job->ended_at_ = clock_.Now();
  const auto* known = late_verdicts_.Find(job->digest_, job->ended_at_);
  if (known != nullptr && known->reply) {
    Abandoned(job);
    job->Complete({.reply = *known->reply, .remembered = true});
    return;
  }
  if (known != nullptr) job->tried_ |= uint64_t{1} << known->back_end;
  const bool elsewhere = known != nullptr && Choose(*job, Room::kAny).server.has_value();
  if (known != nullptr && !elsewhere) job->tried_ = 0;
  if (job->exchange_ && !(elsewhere && job->tried(job->back_end_)))
    return job->Feed(*protocol_, false);
  if (job->exchange_) {
    back_ends_[job->back_end_].breaker.Released(job->pass_);
    Free(*job, false);
    Disconnect(*job);
  }
  Place(job);
}

std::vector<size_t> Scanner::Core::Candidates(const ScanJob& job, Room room, bool& busy) {
  const TimePoint now = clock_.Now();
  std::vector<size_t> out;
  for (size_t i = 0; i < back_ends_.size(); ++i) {
    BackEnd& back_end = back_ends_[i];
    if (job.tried(i) || !back_end.breaker.WouldAdmit(job.urgency_.insists)) continue;
    const bool fits =
        room == Room::kAny ? back_end.load.HasRoom(now) : back_end.load.HasPlenty(now);
    if (fits)
      out.push_back(i);
    else
      busy = true;
  }
  return out;
}

// Of two drawn at random the better one (Mitzenmacher, "The Power of Two Choices in Randomized Load
// Balancing", 2001): the best of all would get what all gateways have to send.
size_t Scanner::Core::Best(std::vector<size_t> candidates) {
  constexpr size_t kDrawn = 2;
  while (candidates.size() > kDrawn) {
    const size_t out = random_() % candidates.size();
    candidates.erase(candidates.begin() + static_cast<std::ptrdiff_t>(out));
  }
  const TimePoint now = clock_.Now();
  const auto costs_less = [this, now](size_t a, size_t b) {
    return back_ends_[a].load.Cost(now) < back_ends_[b].load.Cost(now);
  };
  return *std::min_element(candidates.begin(), candidates.end(), costs_less);
}

Scanner::Core::Choice Scanner::Core::Choose(const ScanJob& job, Room room) {
  Choice choice;
  const std::vector<size_t> candidates = Candidates(job, room, choice.busy);
  if (candidates.empty()) return choice;
  // A half-open server is preferred, so that it gets its trial.
  const auto half_open = std::find_if(candidates.begin(), candidates.end(), [this](size_t i) {
    return back_ends_[i].breaker.state() == Breaker::State::kHalfOpen;
  });
  choice.server = half_open != candidates.end() ? *half_open : Best(candidates);
  return choice;
}

void Scanner::Core::Send(const std::shared_ptr<ScanJob>& job, size_t to) {
  BackEnd& back_end = back_ends_[to];
  const TimePoint now = clock_.Now();
  job->pass_ = back_end.breaker.Admit(job->urgency_.insists);
  back_end.load.Begin();
  back_end.Publish(now);
  Ask(job, to, false);
}

void Scanner::Core::Place(const std::shared_ptr<ScanJob>& job) {
  const Choice choice = Choose(*job, job->ended_ ? Room::kAny : Room::kPlenty);
  if (choice.server) return Send(job, *choice.server);
  if (choice.busy && !job->ended_) return;  // its end will ask again
  if (choice.busy) return Wait(job);
  if (job->error_) return Settle(job, {.reply = *job->error_});
  Settle(job,
         {.down = true,
          .reason = job->why_.empty() ? where() + ": not asked, it has failed before" : job->why_});
}

void Scanner::Core::Wait(const std::shared_ptr<ScanJob>& job) {
  const LinePlace place = line_.Next(job->urgency_.rank, job->deadline_);
  if (!InTime(*job, line_.Ahead(place) + 1)) return SettleBusy(job);
  job->place_ = place;
  line_.Enter(place, job);
  waiting_ = line_.size();
}

// Would a message be served in time with `ahead` others before it? What is not known is hoped for.
bool Scanner::Core::InTime(const ScanJob& job, size_t ahead) const {
  double per_second = 0;  // by all servers together
  double shortest = 0;
  for (size_t i = 0; i < back_ends_.size(); ++i) {
    const BackEnd& back_end = back_ends_[i];
    if (job.tried(i) || !back_end.breaker.WouldAdmit(job.urgency_.insists)) continue;
    const double usual = InSeconds(back_end.load.usual());
    if (usual <= 0) return true;
    per_second += static_cast<double>(back_end.load.limit()) / usual;
    shortest = shortest == 0 ? usual : std::min(shortest, usual);
  }
  if (per_second <= 0) return true;
  return InTimeBehind(ahead, per_second, shortest, InSeconds(job.deadline_ - clock_.Now()));
}

void Scanner::Core::LeaveLine(ScanJob& job) {
  if (!job.place_) return;
  line_.Leave(*job.place_);
  job.place_.reset();
  waiting_ = line_.size();
}

// Places the waiting jobs in order, up to the first that must go on waiting.
void Scanner::Core::LetIn() {
  while (!line_.empty()) {
    const std::shared_ptr<ScanJob> next = line_.front().lock();
    if (!next) {
      line_.LeaveFront();
      waiting_ = line_.size();
      continue;
    }
    const Choice choice = Choose(*next, Room::kAny);
    if (!choice.server && choice.busy) return;
    LeaveLine(*next);
    const bool alone = choice.server && back_ends_[*choice.server].load.in_flight() == 0;
    if (choice.server && !alone && !InTime(*next, 0))
      SettleBusy(next);
    else if (choice.server)
      Send(next, *choice.server);
    else
      Place(next);
  }
}

void Scanner::Core::SettleBusy(const std::shared_ptr<ScanJob>& job) {
  Settle(job, {.busy = true, .reason = "busy"});
}

void Scanner::Core::Settle(const std::shared_ptr<ScanJob>& job, ScanOutcome outcome) {
  job->settled_ = true;
  job->Complete(std::move(outcome));
}

}  // namespace spillway
