// SPDX-License-Identifier: BSD-2-Clause
// Work that is done elsewhere (resolver, CPU pool, inspector, scanner), and the one way to wait for
// it.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "milter/base/deadline.h"
#include "milter/base/waited.h"

namespace spillway {

// Thread-safe. Shared by the one who waits and those who work.
template <typename T>
class Pending {
 public:
  // Names what is being waited for, asked when a deadline has passed; from any thread.
  using Naming = std::function<std::string()>;
  using Call = std::function<void(const T&)>;

  explicit Pending(Naming naming) : naming_(std::move(naming)) {}
  explicit Pending(std::string what) : naming_([what = std::move(what)] { return what; }) {}

  // The worker calls this before it touches objects of the waiter. False: the waiter has gone.
  // True: Abandon() will block until the result is there.
  [[nodiscard]] bool Start() {
    const std::lock_guard lock(mutex_);
    running_ = !abandoned_;
    return running_;
  }
  // The result. The first counts.
  void Complete(T value) {
    std::vector<Call> calls;
    {
      const std::lock_guard lock(mutex_);
      if (value_ || refused_) return;
      value_ = std::move(value);
      calls.swap(calls_);
    }
    for (const Call& call : calls) call(*value_);
    End();
  }
  // There will be no result, for want of `what`.
  void Refuse(std::string what) {
    {
      const std::lock_guard lock(mutex_);
      if (value_ || refused_) return;
      refused_ = std::move(what);
    }
    End();
  }
  bool abandoned() {
    const std::lock_guard lock(mutex_);
    return abandoned_;
  }

  // The waiter calls this. Null: refused, or the deadline came first. The result stays valid.
  const T* Wait(Deadline deadline, Waited& waited) {
    std::unique_lock lock(mutex_);
    const bool over = changed_.wait_until(lock, deadline.at(), [this] { return ended_; });
    if (over && value_) {
      waited.Add({ended_at_, {}});
      return &*value_;
    }
    const std::string refused = refused_.value_or("");
    lock.unlock();  // the naming may need locks of its own
    waited.Add({over ? ended_at_ : deadline.at(), over ? refused : naming_()});
    return nullptr;
  }
  bool ready() {
    const std::lock_guard lock(mutex_);
    return ended_;
  }
  // Runs `call` at once if the result is there, else in the worker's thread and before any Wait()
  // returns the result; never after Refuse().
  void WhenDone(Call call) {
    {
      const std::lock_guard lock(mutex_);
      if (!value_) return calls_.push_back(std::move(call));
    }
    call(*value_);
  }
  // The waiter gives up. Returns once no started work is still running.
  void Abandon() {
    std::unique_lock lock(mutex_);
    abandoned_ = true;
    changed_.wait(lock, [this] { return !running_; });
  }

 private:
  void End() {
    {
      const std::lock_guard lock(mutex_);
      running_ = false;
      ended_ = true;
      // The clock of wait_until().
      ended_at_ = TimePoint::clock::now();
    }
    changed_.notify_all();
  }

  const Naming naming_;
  std::condition_variable changed_;
  std::mutex mutex_;        // guards all below
  std::optional<T> value_;  // constant once it is there
  std::optional<std::string> refused_;
  std::vector<Call> calls_;
  bool running_ = false;
  bool abandoned_ = false;
  bool ended_ = false;
  TimePoint ended_at_{};
};

}  // namespace spillway
