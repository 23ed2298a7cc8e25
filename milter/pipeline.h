// SPDX-License-Identifier: BSD-2-Clause
// Runs the checks of one message and times every call, so that a new check is measured for free.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "milter/base/clock.h"
#include "milter/check/check.h"

namespace spillway {

// One message; not thread-safe. `types`, `message` and `clock` outlive it.
class Pipeline {
 public:
  Pipeline(const CheckTypes& types, const Message& message, const Clock& clock);

  void OnEnvelope();
  void OnHeaders();
  // False when no check wants more of the body.
  bool OnBody(std::string_view chunk);
  // Ends the body and collects, all checks against the one deadline.
  std::vector<CheckReport> Finish(Deadline deadline);
  // Does any check need Message::content?
  bool WantsContent() const;
  // Does any check need Message::inspecting?
  bool WantsInspection() const;
  const std::shared_ptr<MessageCost>& cost() const { return cost_; }

 private:
  struct Running {
    const CheckType* type;
    std::unique_ptr<Check> check;
    Duration spent{};
  };
  template <typename Call>
  void Time(Running& running, Call call);

  Duration OwnTime(TimePoint done, TimePoint began, TimePoint asked) const;
  CheckReport Report(const Running& running, Result result) const;

  const Message& message_;
  const Clock& clock_;
  std::shared_ptr<MessageCost> cost_ = std::make_shared<MessageCost>();
  std::vector<Running> running_;
};

}  // namespace spillway
