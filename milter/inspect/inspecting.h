// SPDX-License-Identifier: BSD-2-Clause
// The inspection of one message, as its session and its checks see it.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>

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
  // Null: the deadline came first. What it points to stays as long as this does.
  const InspectionOutcome* Wait(Deadline deadline) {
    std::unique_lock lock(mutex_);
    const bool there =
        done_.wait_until(lock, deadline.at(), [this] { return outcome_.has_value(); });
    return there ? &*outcome_ : nullptr;
  }
  void Complete(InspectionOutcome outcome) {
    {
      const std::lock_guard lock(mutex_);
      outcome_ = std::move(outcome);
    }
    done_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  std::optional<InspectionOutcome> outcome_;  // guarded by mutex_ until it is there
};

}  // namespace spillway
