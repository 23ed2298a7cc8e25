// SPDX-License-Identifier: BSD-2-Clause
// The cure for Debian's libmilter, linked in with -Wl,--wrap (see the Makefile).
//
// libmilter's worker pool hands a ready session to an idle worker if it counts one, but it counts a
// worker as idle until the worker has woken up: sessions that become ready together queue behind
// one another (64 messages with a verdict of 300 ms took 9.6 s). Here the signals that no worker
// has taken yet are counted; when there are more of them than waiting workers, one more worker is
// started, as the pool itself does when it sees no idle worker.
//
// The pool also ends a worker as soon as two are idle, to start one a moment later, which under
// load is a seventh of the filter's CPU: the thread of an ended worker waits here for the next.
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <new>

#include "milter/libmilter/drain.h"

using StartRoutine = void* (*)(void*);

// Names that the linker's --wrap dictates. NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
int __real_pthread_create(pthread_t*, const pthread_attr_t*, StartRoutine, void*);
int __real_pthread_detach(pthread_t);
int __real_pthread_cond_timedwait(pthread_cond_t*, pthread_mutex_t*, const timespec*);
int __real_pthread_cond_signal(pthread_cond_t*);
int __real_sigwait(const sigset_t*, int*);
}

namespace {

// The signal thread and the pool's controller start once; the routine seen a second time is the
// worker.
std::atomic<StartRoutine> g_last{nullptr};
std::atomic<StartRoutine> g_worker{nullptr};
std::atomic<int> g_waiting{0};
std::atomic<int> g_pending{0};

constexpr size_t kStackSize = 512 * 1024;  // the default, RLIMIT_STACK, is 8 MiB for each session

struct Order {
  StartRoutine worker = nullptr;
  void* argument = nullptr;
};

// Threads whose worker has ended.
class SpareThreads {
 public:
  // False when there is none to take it.
  bool Give(const Order& order) {
    const std::lock_guard lock(mutex_);
    if (waiting_ <= orders_.size()) return false;
    orders_.push_back(order);
    wanted_.notify_one();
    return true;
  }

  // A spare thread waits here for an order; false after kPatience, or when kMost threads wait.
  bool Take(Order& order) {
    std::unique_lock lock(mutex_);
    if (waiting_ >= kMost) return false;
    ++waiting_;
    wanted_.wait_for(lock, kPatience, [this] { return !orders_.empty(); });
    --waiting_;
    if (orders_.empty()) return false;
    order = orders_.front();
    orders_.pop_front();
    return true;
  }

 private:
  static constexpr std::chrono::seconds kPatience{10};
  static constexpr size_t kMost = 32;

  std::mutex mutex_;
  std::condition_variable wanted_;
  std::deque<Order> orders_;
  size_t waiting_ = 0;
};

// Never destroyed: threads wait on it to the very end.
SpareThreads& Spares() {
  static auto* const kSpares = new SpareThreads;
  return *kSpares;
}

// A worker detaches its thread, which can be done only once.
thread_local bool t_detached = false;

void* RunWorkers(void* first) {
  t_detached = true;
  Order order = *std::unique_ptr<Order>(static_cast<Order*>(first));
  do order.worker(order.argument);
  while (Spares().Take(order));
  return nullptr;
}

int StartThread(const Order& order) {
  auto first = std::make_unique<Order>(order);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackSize);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread{};
  const int rc = __real_pthread_create(&thread, &attributes, RunWorkers, first.get());
  if (rc == 0) static_cast<void>(first.release());  // the thread's now
  pthread_attr_destroy(&attributes);
  return rc;
}

// As pthread_create().
int StartWorker(const Order& order) {
  try {
    return Spares().Give(order) ? 0 : StartThread(order);
  } catch (const std::bad_alloc&) {  // nothing may be thrown through libmilter
    return EAGAIN;
  }
}

}  // namespace

extern "C" {

int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, StartRoutine routine,
                          void* argument) {
  if (g_last.exchange(routine) == routine) g_worker.store(routine);
  return g_worker.load() == routine ? StartWorker({routine, argument})
                                    : __real_pthread_create(thread, attributes, routine, argument);
}

int __wrap_pthread_detach(pthread_t thread) {
  return t_detached && pthread_equal(thread, pthread_self()) != 0 ? 0
                                                                  : __real_pthread_detach(thread);
}

int __wrap_pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                  const timespec* until) {
  g_waiting.fetch_add(1);
  const int rc = __real_pthread_cond_timedwait(condition, mutex, until);
  g_waiting.fetch_sub(1);
  if (rc == 0) {
    int pending = g_pending.load();
    while (pending > 0 && !g_pending.compare_exchange_weak(pending, pending - 1)) {
    }
  }
  return rc;
}

int __wrap_pthread_cond_signal(pthread_cond_t* condition) {
  const StartRoutine worker = g_worker.load();
  if (worker != nullptr && g_pending.load() >= g_waiting.load()) {
    StartWorker({worker, nullptr});
  } else {
    g_pending.fetch_add(1);
  }
  return __real_pthread_cond_signal(condition);
}

int __wrap_sigwait(const sigset_t* set, int* signal) {
  while (true) {
    const int rc = __real_sigwait(set, signal);
    if (rc != 0 || spillway::DrainOnSignal(*signal)) {
      *signal = SIGTERM;  // SIGINT would make libmilter drop what it has
      return rc;
    }
  }
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
