// SPDX-License-Identifier: BSD-2-Clause
#include "policy/sim/filter.h"

#include <algorithm>

namespace spillway::sim {

namespace {

constexpr double kOptional = 0.5;  // of the processor time is for checks that may be left out

}  // namespace

Filter::Filter(Agenda& agenda, const Scenario& scenario, std::mt19937_64& random, Done done)
    : agenda_(agenda),
      scenario_(scenario),
      random_(random),
      done_(std::move(done)),
      scanner_(agenda, scenario, random,
               [this](uint64_t number, Scanner::Outcome outcome) { Scanned(number, outcome); }),
      advice_({.budget = InSeconds(scenario.budget)}) {}

void Filter::Enter(uint64_t session, LineRank rank, double dialogue) {
  const std::string& late = scenario_.on_timeout;
  const bool mandatory =
      late == "required" || (late == "tempfail" && rank != LineRank::kCannotRetry);
  const double full = InSeconds(scenario_.budget);
  const double now = agenda_.now();
  const double deadline = now + (mandatory ? full : std::min(full, advice_.budget));
  const uint64_t number = messages_.Add({.session = session,
                                         .rank = rank,
                                         .mandatory = mandatory,
                                         .start = now,
                                         .deadline = deadline,
                                         .dialogue = dialogue});
  agenda_.At<&Filter::Deadline>(deadline, this, number);
  if (scenario_.processor <= 0) return AskScanner(number);
  if (busy_ < scenario_.cores) return BeginProcessor(number);
  queue_.push_back(number);
}

void Filter::BeginProcessor(uint64_t number) {
  ++busy_;
  Message& message = *messages_.Find(number);
  message.waited = agenda_.now() - message.start;
  double time = std::exponential_distribution<>(1 / scenario_.processor)(random_);
  const bool reduced = std::uniform_real_distribution<>()(random_) < advice_.reduced;
  if (reduced) time *= 1 - kOptional;
  agenda_.At<&Filter::ProcessorDone>(agenda_.now() + time, this, number);
}

void Filter::ProcessorDone(uint64_t number) {
  --busy_;
  while (!queue_.empty() && busy_ < scenario_.cores) {
    const uint64_t next = queue_.front();
    queue_.pop_front();
    if (messages_.Find(next) != nullptr) BeginProcessor(next);
  }
  if (messages_.Find(number) != nullptr) AskScanner(number);
}

void Filter::AskScanner(uint64_t number) {
  Message& message = *messages_.Find(number);
  message.at_scanner = true;
  scanner_.Ask(number, {message.deadline, message.rank, message.mandatory});
}

void Filter::Scanned(uint64_t number, Scanner::Outcome outcome) {
  Leave(number, outcome == Scanner::Outcome::kScanned);
}

void Filter::Deadline(uint64_t number) {
  const Message* message = messages_.Find(number);
  if (message == nullptr) return;
  if (message->at_scanner) scanner_.Late(number);
  Leave(number, false);
}

void Filter::Leave(uint64_t number, bool scanned) {
  const Message message = *messages_.Find(number);
  messages_.Remove(number);
  const bool tempfail = !scanned && message.mandatory;
  const double busy = agenda_.now() - message.start;
  ++look_.completed;
  look_.busy += busy;
  look_.queue_wait += message.at_scanner ? message.waited : busy;
  look_.dialogue += message.dialogue;
  look_.late += scanned ? 0 : 1;
  look_.deferred += tempfail ? 1 : 0;
  done_({message.session, scanned, tempfail});
}

Look Filter::TakeLook() {
  ages_.clear();
  messages_.ForEach(
      [this](const Message& message) { ages_.push_back(agenda_.now() - message.start); });
  Look look = look_;
  look.ages = ages_;
  look_ = {};
  return look;
}

}  // namespace spillway::sim
