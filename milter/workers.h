// SPDX-License-Identifier: BSD-2-Clause
// A pool of threads over a bounded Boost.Lockfree queue: one pool for CPU work (signatures, SPF,
// rules), where no job waits for DNS, and one for the inspector. The time that a job waits in the
// queue is measured, because it distinguishes an overloaded filter from a slow dependency.
#pragma once

#include <semaphore.h>

#include <atomic>
#include <boost/lockfree/queue.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "milter/base/clock.h"

namespace spillway {

// What one message has cost so far, added to from several threads.
struct MessageCost {
  std::atomic<int64_t> queue_wait_us{0};     // of what has been started
  std::atomic<int64_t> waiting_since_us{0};  // of the job queued last; 0: none waits

  // Includes the wait of a job that is still queued: a message whose deadline passes before the
  // pool starts its job is the clearest sign of an overloaded filter.
  int64_t QueueWait(TimePoint now) const {
    const int64_t since = waiting_since_us.load();
    return queue_wait_us.load() + (since == 0 ? 0 : Microseconds(now.time_since_epoch()) - since);
  }
};

// What a job in a queue of Workers waits for.
inline constexpr const char* kFreeCore = "a free core";

// Thread-safe.
class Workers {
 public:
  using Job = std::function<void()>;
  // threads 0: one for each core.
  Workers(size_t threads, size_t queue, const Clock& clock);
  // Runs what is queued, then ends the threads.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // False, and `job` is not run, when the queue is full. Jobs must not throw.
  [[nodiscard]] bool Submit(Job job, std::shared_ptr<MessageCost> cost);
  // Runs `job` at once in the caller's thread if a thread of the pool is idle: that saves the
  // hand-over, and no queued job is delayed. False, and `job` is not run, when all are busy.
  bool TryHere(const Job& job);
  size_t threads() const { return threads_.size(); }

 private:
  struct Item {
    Job job;
    std::shared_ptr<MessageCost> cost;
    TimePoint queued;
  };
  void Run();

  const Clock& clock_;
  boost::lockfree::queue<Item*, boost::lockfree::fixed_sized<true>> queue_;
  sem_t ready_{};  // counts the queue's items, plus one per thread at the end
  std::atomic<bool> stopping_{false};
  std::atomic<size_t> busy_{0};  // jobs that run now, here or in their callers' threads
  std::vector<std::thread> threads_;
};

// Runs jobs of one message one after the other, in order, on the pool. Thread-safe; keep it in a
// shared_ptr.
class Strand : public std::enable_shared_from_this<Strand> {
 public:
  Strand(Workers& workers, std::shared_ptr<MessageCost> cost)
      : workers_(workers), cost_(std::move(cost)) {}
  // False when the pool's queue is full; nothing of this strand runs any more then.
  [[nodiscard]] bool Post(Workers::Job job);

 private:
  void Drain();

  Workers& workers_;
  const std::shared_ptr<MessageCost> cost_;
  std::mutex mutex_;
  std::deque<Workers::Job> jobs_;  // guarded by mutex_
  bool running_ = false;           // guarded by mutex_
  bool broken_ = false;            // guarded by mutex_
};

}  // namespace spillway
