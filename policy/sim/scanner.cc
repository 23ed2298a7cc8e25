// SPDX-License-Identifier: BSD-2-Clause
// Follows milter/scan/core.cc and requests.cc, without the network.
#include "policy/sim/scanner.h"

#include <algorithm>

namespace spillway::sim {

namespace {

constexpr int64_t kConnections =
    50;  // [clamd] connections; more where the scanner has more workers

}  // namespace

Scanner::Scanner(Agenda& agenda, const Scenario& scenario, std::mt19937_64& random, Settled settled)
    : agenda_(agenda),
      scenario_(scenario),
      settled_(std::move(settled)),
      server_(agenda, scenario, random, [this](uint64_t number) { Answered(number); }),
      load_(static_cast<size_t>(std::max(kConnections, 2 * scenario.workers))) {}

void Scanner::Ask(uint64_t message, const Wanted& wanted) {
  const uint64_t number =
      requests_.Add({.message = message, .wanted = wanted, .waits_since = agenda_.now()});
  request_of_[message] = number;
  Place(number);
}

void Scanner::Place(uint64_t number) {
  Request& request = *requests_.Find(number);
  if (!breaker_.WouldAdmit(request.wanted.insists)) return Settle(number, Outcome::kDown);
  if (load_.HasRoom(At(agenda_.now()))) return Send(number);
  request.place = line_.Next(request.wanted.rank, At(request.wanted.deadline));
  if (!InTime(request, line_.Ahead(request.place) + 1)) return Settle(number, Outcome::kBusy);
  line_.Enter(request.place, number);
}

bool Scanner::InTime(const Request& request, size_t ahead) const {
  const double usual = InSeconds(load_.usual());
  const double left = request.wanted.deadline - agenda_.now();
  if (usual <= 0) return true;
  return InTimeBehind(ahead, static_cast<double>(load_.limit()) / usual, usual, left);
}

void Scanner::Send(uint64_t number) {
  Request& request = *requests_.Find(number);
  request.pass = breaker_.Admit(request.wanted.insists);
  request.asked = agenda_.now();
  request.sent = true;
  load_.Begin();
  server_.Ask(number);
}

void Scanner::Settle(uint64_t number, Outcome outcome) {
  const uint64_t message = requests_.Find(number)->message;
  request_of_.erase(message);
  requests_.Remove(number);
  settled_(message, outcome);
}

void Scanner::Answered(uint64_t number) {
  Request* request = requests_.Find(number);
  if (request == nullptr) return;
  const TimePoint now = At(agenda_.now());
  if (request->message == 0) {
    load_.Repaid(now, At(request->asked));
    requests_.Remove(number);
  } else {
    load_.Answered(now, Seconds(agenda_.now() - request->asked));
    Count(request->pass, true);
    Settle(number, Outcome::kScanned);
  }
  LetIn();
}

void Scanner::Late(uint64_t message) {
  const auto found = request_of_.find(message);
  if (found == request_of_.end()) return;
  const uint64_t number = found->second;
  request_of_.erase(found);
  Request& request = *requests_.Find(number);
  if (!request.sent) {
    line_.Leave(request.place);
    return requests_.Remove(number);
  }
  const double now = agenda_.now();
  const bool fair = 2 * (now - request.asked) >= request.wanted.deadline - request.waits_since;
  if (fair)
    Count(request.pass, false);
  else
    breaker_.Released(request.pass);
  load_.Abandoned(At(now), At(request.asked), fair);
  // Only who would come again listens for a late answer.
  if (request.wanted.insists)
    request.message = 0;
  else
    requests_.Remove(number);
  LetIn();
}

void Scanner::LetIn() {
  const TimePoint now = At(agenda_.now());
  while (!line_.empty()) {
    const uint64_t number = line_.front();
    const Request& request = *requests_.Find(number);
    const bool open = breaker_.WouldAdmit(request.wanted.insists);
    if (open && !load_.HasRoom(now)) return;
    line_.LeaveFront();
    if (!open)
      Settle(number, Outcome::kDown);
    else if (load_.in_flight() > 0 && !InTime(request, 0))
      Settle(number, Outcome::kBusy);
    else
      Send(number);
  }
}

void Scanner::Count(Breaker::Pass pass, bool good) {
  const Breaker::State before = breaker_.state();
  if (good)
    breaker_.Succeeded(pass);
  else
    breaker_.Failed(pass, At(agenda_.now()));
  const Breaker::State after = breaker_.state();
  if (after == before) return;
  if (after == Breaker::State::kClosed)
    load_.Restart();
  else
    SetProbe();
}

void Scanner::SetProbe() {
  agenda_.At<&Scanner::Probe>(VirtualSeconds(breaker_.probe_at()), this, 0);
}

// A ping is answered at once, unless the whole program stands still.
void Scanner::Probe(uint64_t /*unused*/) {
  if (breaker_.state() != Breaker::State::kOpen) return;
  if (!scenario_.HangsAt(agenda_.now())) return breaker_.ProbeAnswered();
  breaker_.ProbeFailed(At(agenda_.now()));
  SetProbe();
}

}  // namespace spillway::sim
