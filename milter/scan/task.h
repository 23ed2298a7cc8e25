// SPDX-License-Identifier: BSD-2-Clause
// The scan of one message by one kind of scanner, as the message's session sees it.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "milter/base/deadline.h"
#include "milter/mail/content.h"
#include "milter/scan/protocol.h"

namespace spillway {

struct ScanOutcome {
  ScanReply reply;
  bool down = false;        // nobody could be asked; `reason` says why
  bool remembered = false;  // the verdict of an earlier try, for which the budget was too short
  std::string reason;
};

// All calls from the session's thread; none blocks but Wait().
class ScanTask {
 public:
  virtual ~ScanTask() = default;
  // The next piece of the message.
  virtual void Send(Content::Piece piece) = 0;
  // There is no more; `whole` is what was sent.
  virtual void End(const std::vector<Content::Piece>& whole) = 0;
  // Nobody waits any more: because the deadline has passed (`late`), or the message has gone.
  virtual void GiveUp(bool late) = 0;

  // False: the deadline came first.
  bool Wait(Deadline deadline) {
    std::unique_lock lock(mutex_);
    return done_.wait_until(lock, deadline.at(), [this] { return outcome_.has_value(); });
  }
  // After Wait() was true.
  const ScanOutcome& outcome() const { return *outcome_; }

 protected:
  void Complete(ScanOutcome outcome) {
    {
      const std::lock_guard lock(mutex_);
      if (!outcome_) outcome_ = std::move(outcome);
    }
    done_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  std::optional<ScanOutcome> outcome_;  // guarded by mutex_ until it is there
};

}  // namespace spillway
