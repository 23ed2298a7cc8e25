// SPDX-License-Identifier: BSD-2-Clause
// The cure for Debian's libmilter, linked in with -Wl,--wrap (see the Makefile).
//
// Its worker pool hands a ready session to the idle workers when it counts any, but counts an idle
// worker until that one has woken up: sessions that become ready together are queued behind one
// another (64 messages with a verdict of 300 ms took 9.6 s). Here the signals that no worker has
// taken yet are counted, and when there are more of them than waiting workers, one more worker is
// started, as the pool itself does when it sees none idle. Where libmilter is built with a thread
// for each connection, no start routine is seen twice, and nothing here does anything.
#include <pthread.h>
#include <signal.h>

#include <atomic>

#include "milter/drain.h"

namespace {

using StartRoutine = void* (*)(void*);

// The signal thread and the pool's controller start once; the routine seen a second time is the
// worker.
std::atomic<StartRoutine> g_last{nullptr};
std::atomic<StartRoutine> g_worker{nullptr};
std::atomic<int> g_waiting{0};
std::atomic<int> g_pending{0};

constexpr size_t kStackSize = 512 * 1024;  // the default, RLIMIT_STACK, is 8 MiB for each session

}  // namespace

// Names that the linker's --wrap dictates. NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {

int __real_pthread_create(pthread_t*, const pthread_attr_t*, StartRoutine, void*);
int __real_pthread_cond_timedwait(pthread_cond_t*, pthread_mutex_t*, const timespec*);
int __real_pthread_cond_signal(pthread_cond_t*);
int __real_sigwait(const sigset_t*, int*);

int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, StartRoutine routine,
                          void* argument) {
  if (g_last.exchange(routine) == routine) g_worker.store(routine);
  return __real_pthread_create(thread, attributes, routine, argument);
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
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kStackSize);
    pthread_t thread{};  // the worker detaches itself, and ends at once when it already is
    __real_pthread_create(&thread, &attributes, worker, nullptr);
    pthread_attr_destroy(&attributes);
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
