// SPDX-License-Identifier: BSD-2-Clause
// A scanner's server in simulation, on which more and more is asked than it can do: some workers,
// and a queue inside that nobody sees.
#pragma once

#include <algorithm>
#include <deque>
#include <random>
#include <vector>

#include "milter/scan/server_load.h"

namespace spillway {

struct ServerShape {
  size_t workers = 1;
  double mean = 0.1;   // seconds of work for a request
  double spread = 0;   // the sigma of its logarithm
  double hanging = 0;  // share of requests that never end
  double budget = 20;  // seconds after which a request is abandoned
};

class SimulatedServer {
 public:
  explicit SimulatedServer(const ServerShape& shape) : shape_(shape) {}
  void set_mean(double mean) { shape_.mean = mean; }

  // Fills every place that `load` gives, for `length`. Answers in time a second.
  double Overload(ServerLoad& load, Duration length) {
    const TimePoint end = now_ + length;
    size_t good = 0;
    while (now_ < end) {
      while (load.HasRoom(now_)) Begin(load);
      good += Next(load) ? 1 : 0;
    }
    return static_cast<double>(good) / InSeconds(length);
  }

 private:
  struct Request {
    TimePoint asked, done;
  };
  // The worker that is free first takes it.
  void Begin(ServerLoad& load) {
    load.Begin();
    free_.resize(shape_.workers);
    if (std::bernoulli_distribution(shape_.hanging)(random_)) {
      requests_.push_back({now_, TimePoint::max()});
      return;
    }
    const auto worker = std::min_element(free_.begin(), free_.end());
    std::lognormal_distribution<double> work(
        std::log(shape_.mean) - shape_.spread * shape_.spread / 2, shape_.spread);
    *worker = std::max(*worker, now_) + Seconds(work(random_));
    requests_.push_back({now_, *worker});
  }

  // Goes on to the next end of a request; true: with an answer in time.
  bool Next(ServerLoad& load) {
    const auto ends = [this](const Request& each) {
      return std::min(each.done, each.asked + Seconds(shape_.budget));
    };
    const auto next =
        std::min_element(requests_.begin(), requests_.end(),
                         [&](const Request& a, const Request& b) { return ends(a) < ends(b); });
    const Request request = *next;
    now_ = ends(request);
    requests_.erase(next);
    const bool good = request.done <= now_;
    if (good)
      load.Answered(now_, now_ - request.asked);
    else
      load.Abandoned(now_, request.asked, true);
    return good;
  }

  ServerShape shape_;
  TimePoint now_{std::chrono::hours(1)};
  std::vector<TimePoint> free_;  // when each worker is
  std::deque<Request> requests_;
  std::minstd_rand random_{1};
};

}  // namespace spillway
