// SPDX-License-Identifier: BSD-2-Clause
// Work that waits, in a fair order: the next is of the client that has taken least time of late.
// One that sends what is dear to look at then waits for itself, not all others for it.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "milter/base/clock.h"

namespace spillway {

// Thread-safe. Pure but for that: `now` is an argument.
class FairLine {
 public:
  using Job = std::function<void()>;
  // `most`: jobs in all; one client may have a quarter of them.
  explicit FairLine(size_t most) : most_(most) {}

  // False: there is no room for it.
  bool Push(const std::string& client, Job job);
  struct Next {
    std::string client;
    Job job;  // empty: none waits
  };
  Next Take(TimePoint now);
  // What a client's job has taken.
  void Charge(const std::string& client, Duration taken, TimePoint now);

 private:
  struct Client {
    std::deque<Job> jobs;
    double used = 0;  // seconds, as of `at`; half of it is forgotten in kHalf
    TimePoint at;
    double UsedAt(TimePoint now) const;
    // Orders clients by what they have used, at any time: all forget alike.
    double Rank() const;
  };
  void Sweep(TimePoint now);

  const size_t most_;
  std::mutex mutex_;  // guards all below
  std::map<std::string, Client> clients_;
  std::set<std::string> busy_;  // those with jobs
  TimePoint swept_{};
  size_t waiting_ = 0;
};

}  // namespace spillway
