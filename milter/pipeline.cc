// SPDX-License-Identifier: BSD-2-Clause
// All checks end their work before the first is waited for: they finish side by side.
#include "milter/pipeline.h"

namespace spillway {

Pipeline::Pipeline(const CheckTypes& types, const Message& message, const Clock& clock)
    : clock_(clock) {
  for (const auto& type : types) running_.push_back({type.get(), type->Begin(message, cost_)});
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

std::vector<CheckReport> Pipeline::Finish(Deadline deadline) {
  for (Running& running : running_) Time(running, [](Check& check) { check.OnEnd(); });
  std::vector<CheckReport> reports;
  for (Running& running : running_) {
    Result result;
    Time(running, [&](Check& check) {
      check.Learn(reports);
      result = check.Finish(deadline);
    });
    const CheckType& type = *running.type;
    const Wish action = type.Action(result);
    reports.push_back({type.name(), type.tempfail_on_timeout(), type.required(), std::move(result),
                       action, running.spent});
  }
  return reports;
}

}  // namespace spillway
