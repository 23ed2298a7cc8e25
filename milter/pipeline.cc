// SPDX-License-Identifier: BSD-2-Clause
// All checks end their work before the first is waited for: they finish side by side.
#include "milter/pipeline.h"

#include <algorithm>

namespace spillway {

Pipeline::Pipeline(const CheckTypes& types, const Message& message, const Clock& clock,
                   const std::vector<std::string_view>& dropped)
    : message_(message), clock_(clock) {
  for (const auto& type : types) {
    const Disposition& disposition = type->disposition();
    const bool needed =
        disposition.Insists(message.client) || disposition.required.Has(message.client);
    const bool reduced =
        !needed && std::find(dropped.begin(), dropped.end(), type->name()) != dropped.end();
    running_.push_back({type.get(), reduced,
                        reduced ? type->BeginReduced(message, cost_) : type->Begin(message, cost_),
                        Deadline(TimePoint{})});
  }
}

bool Pipeline::reduced() const {
  return std::any_of(running_.begin(), running_.end(),
                     [](const Running& running) { return running.reduced; });
}

template <typename Call>
void Pipeline::Time(Running& running, Call call) {
  const TimePoint start = clock_.Now();
  call(*running.check);
  running.spent += clock_.Now() - start;
}

void Pipeline::OnEnvelope() {
  for (Running& running : running_) Time(running, [](Check& check) { check.OnEnvelope(); });
}

void Pipeline::OnHeaders() {
  for (Running& running : running_) Time(running, [](Check& check) { check.OnHeaders(); });
}

bool Pipeline::OnBody(std::string_view chunk) {
  bool wanted = false;
  for (Running& running : running_) {
    Time(running, [&](Check& check) { wanted = check.OnBody(chunk) || wanted; });
  }
  return wanted;
}

bool Pipeline::WantsContent() const {
  return std::any_of(running_.begin(), running_.end(), [this](const Running& running) {
    return !running.reduced && running.type->WantsContent(message_.client);
  });
}

bool Pipeline::WantsInspection() const {
  return std::any_of(running_.begin(), running_.end(), [this](const Running& running) {
    return !running.reduced && running.type->WantsInspection(message_.client);
  });
}

CheckReport Pipeline::Report(const Running& running, Result result) const {
  const Disposition& disposition = running.type->disposition();
  const Client& client = message_.client;
  const bool shadow = disposition.shadow;
  const Wish wish = disposition.Action(result);
  const Wish tried = result.shadow;
  return {.name = running.type->name(),
          .tempfail_on_timeout = !shadow && disposition.tempfail_on_timeout.Has(client),
          .required = disposition.required.Has(client),
          .result = std::move(result),
          .action = shadow ? Wish::kNone : wish,
          .shadow = shadow ? std::max(wish, tried) : tried,
          .tempfail_on_down = !shadow && disposition.tempfail_on_down.Has(client),
          .spent = running.spent};
}

// All checks work in parallel, so the wait inside a check's Finish() is not its own time. Counted
// are the time from the end of the message until the check's work was done, and the rest of
// Finish() after that.
Duration Pipeline::OwnTime(TimePoint done, TimePoint began, TimePoint asked) const {
  const Duration waited = std::max(done - began, Duration::zero());
  return waited + std::max(clock_.Now() - std::max(asked, done), Duration::zero());
}

// A check that must not be late, and those of which it learns, have the full time.
void Pipeline::SetDeadlines(const Deadlines& deadlines) {
  bool taught = false;
  for (auto running = running_.rbegin(); running != running_.rend(); ++running) {
    const bool full = taught || running->type->disposition().Insists(message_.client);
    running->deadline = full ? deadlines.full : deadlines.accepted;
    taught = taught || (full && running->type->learns());
  }
}

std::vector<CheckReport> Pipeline::Finish(const Deadlines& deadlines) {
  SetDeadlines(deadlines);
  for (Running& running : running_)
    Time(running, [&running](Check& check) { check.OnEnd(running.deadline); });
  const TimePoint began = clock_.Now();
  std::vector<CheckReport> reports;
  for (Running& running : running_) {
    const TimePoint asked = clock_.Now();
    running.check->Learn(reports);
    Result result = running.check->Finish(running.deadline);
    running.spent += OwnTime(result.waited.until, began, asked);
    reports.push_back(Report(running, std::move(result)));
  }
  return reports;
}

}  // namespace spillway
