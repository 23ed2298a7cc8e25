// SPDX-License-Identifier: BSD-2-Clause
// A POSIX semaphore beside the lock-free queue lets idle threads sleep without a lost wake-up.
#include "milter/workers.h"

#include <algorithm>

namespace spillway {

namespace {

size_t ThreadCount(size_t wanted) {
  return wanted != 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
}

// One more, while it lives.
class Counted {
 public:
  explicit Counted(std::atomic<size_t>& count) : count_(count), before_(count.fetch_add(1)) {}
  ~Counted() { count_.fetch_sub(1); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  size_t before() const { return before_; }

 private:
  std::atomic<size_t>& count_;
  const size_t before_;
};

}  // namespace

Workers::Workers(size_t threads, size_t queue, const Clock& clock) : clock_(clock), queue_(queue) {
  sem_init(&ready_, 0, 0);
  for (size_t i = 0; i < ThreadCount(threads); ++i) threads_.emplace_back([this] { Run(); });
}

Workers::~Workers() {
  stopping_.store(true);
  for (size_t i = 0; i < threads_.size(); ++i) sem_post(&ready_);
  for (std::thread& thread : threads_) thread.join();
  sem_destroy(&ready_);
}

bool Workers::Submit(Job job, std::shared_ptr<MessageCost> cost) {
  auto item = std::make_unique<Item>(Item{std::move(job), std::move(cost), clock_.Now()});
  item->cost->waiting_since_us = Microseconds(item->queued.time_since_epoch());
  if (!queue_.bounded_push(item.get())) {
    item->cost->waiting_since_us = 0;
    return false;
  }
  static_cast<void>(item.release());  // the queue's now; Run() takes it back
  sem_post(&ready_);
  return true;
}

bool Workers::TryHere(const Job& job) {
  const Counted counted(busy_);
  const bool idle = counted.before() < threads_.size() && queue_.empty();
  if (idle) job();
  return idle;
}

void Workers::Run() {
  while (true) {
    while (sem_wait(&ready_) != 0) {
    }
    Item* raw = nullptr;
    if (!queue_.pop(raw)) {
      if (stopping_.load()) return;
      continue;
    }
    const std::unique_ptr<Item> item(raw);
    item->cost->waiting_since_us = 0;
    item->cost->queue_wait_us.fetch_add(Microseconds(clock_.Now() - item->queued),
                                        std::memory_order_relaxed);
    const Counted counted(busy_);
    item->job();
  }
}

bool Strand::Post(Workers::Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (broken_) return false;
    jobs_.push_back(std::move(job));
    if (running_) return true;
    running_ = true;
  }
  if (workers_.Submit([self = shared_from_this()] { self->Drain(); }, cost_)) return true;
  const std::lock_guard lock(mutex_);
  broken_ = true;
  jobs_.clear();
  return false;
}

void Strand::Drain() {
  while (true) {
    Workers::Job job;
    {
      const std::lock_guard lock(mutex_);
      if (jobs_.empty()) {
        running_ = false;
        return;
      }
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

}  // namespace spillway
