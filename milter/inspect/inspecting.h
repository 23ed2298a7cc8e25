// SPDX-License-Identifier: BSD-2-Clause
// The inspection of one message, as its session and its checks see it.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "milter/base/deadline.h"
#include "milter/inspect/inspection.h"

namespace spillway {

struct InspectionOutcome {
  Inspection found;
  std::string down;  // why nothing could be inspected at all: our trouble, not the message's
};

// Thread-safe.
class Inspecting {
 public:
  using Call = std::function<void(const InspectionOutcome&)>;

  // Null: the deadline came first. What it points to stays as long as this does.
  const InspectionOutcome* Wait(Deadline deadline) {
    std::unique_lock lock(mutex_);
    const bool there = done_.wait_until(lock, deadline.at(), [this] { return ready_; });
    return there ? &*outcome_ : nullptr;
  }
  // Calls when it is done, or at once when it is; before any Wait() returns it. The call may come
  // from the inspector's thread, and holds up its next message.
  void WhenDone(Call call) {
    {
      const std::lock_guard lock(mutex_);
      if (!outcome_) return calls_.push_back(std::move(call));
    }
    call(*outcome_);
  }
  // Once.
  void Complete(InspectionOutcome outcome) {
    std::vector<Call> calls;
    {
      const std::lock_guard lock(mutex_);
      outcome_ = std::move(outcome);
      calls.swap(calls_);
    }
    for (const Call& call : calls) call(*outcome_);
    {
      const std::lock_guard lock(mutex_);
      ready_ = true;
    }
    done_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  std::optional<InspectionOutcome> outcome_;  // guarded by mutex_ until it is there
  std::vector<Call> calls_;                   // guarded by mutex_
  bool ready_ = false;                        // guarded by mutex_
};

}  // namespace spillway
