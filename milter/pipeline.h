// SPDX-License-Identifier: BSD-2-Clause
// Runs the checks of one message and times every call, so that a new check is measured for free.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "milter/base/clock.h"
#include "milter/check/check.h"

namespace spillway {

// When a message's checks must have finished: those whose lateness is accepted for its client may
// have an earlier deadline than the others.
struct Deadlines {
  Deadlines(Deadline both) : full(both), accepted(both) {}  // NOLINT(google-explicit-constructor)
  Deadlines(Deadline full_at, Deadline accepted_at) : full(full_at), accepted(accepted_at) {}
  Deadline full, accepted;
};

// One message; not thread-safe. `types`, `message` and `clock` outlive it.
class Pipeline {
 public:
  // `dropped`: the checks that this message goes without in a brownout, if it may.
  Pipeline(const CheckTypes& types, const Message& message, const Clock& clock,
           const std::vector<std::string_view>& dropped = {});

  void OnEnvelope();
  void OnHeaders();
  // False when no check wants more of the body.
  bool OnBody(std::string_view chunk);
  // Ends the body and collects.
  std::vector<CheckReport> Finish(const Deadlines& deadlines);
  // Does any check need Message::content?
  bool WantsContent() const;
  // Does any check need Message::inspecting?
  bool WantsInspection() const;
  // Does it go without any check?
  bool reduced() const;
  const std::shared_ptr<MessageCost>& cost() const { return cost_; }

 private:
  struct Running {
    const CheckType* type;
    bool reduced;
    std::unique_ptr<Check> check;
    Deadline deadline;  // of Finish()
    Duration spent{};
  };
  template <typename Call>
  void Time(Running& running, Call call);

  Duration OwnTime(TimePoint done, TimePoint began, TimePoint asked) const;
  CheckReport Report(const Running& running, Result result) const;
  void SetDeadlines(const Deadlines& deadlines);

  const Message& message_;
  const Clock& clock_;
  std::shared_ptr<MessageCost> cost_ = std::make_shared<MessageCost>();
  std::vector<Running> running_;
};

}  // namespace spillway
