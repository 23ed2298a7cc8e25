// SPDX-License-Identifier: BSD-2-Clause
// Virtual time: what happens when. No wall clock, no I/O; events of the same moment happen in the
// order in which they were entered, so that a run is the same everywhere.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "milter/base/clock.h"

namespace spillway::sim {

// Virtual seconds as the shipped code takes them.
inline TimePoint At(double seconds) {
  return TimePoint() + std::chrono::hours(1) + Seconds(seconds);
}
inline double VirtualSeconds(TimePoint at) {
  return InSeconds(at - At(0));
}

class Agenda {
 public:
  double now() const { return now_; }
  // Calls (who->*kMethod)(what) at `when`, seconds.
  template <auto kMethod, typename Who>
  void At(double when, Who* who, uint64_t what) {
    events_.push(
        {when, order_++,
         [](void* whom, uint64_t argument) { (static_cast<Who*>(whom)->*kMethod)(argument); }, who,
         what});
  }
  void RunUntil(double end) {
    while (!events_.empty() && events_.top().at < end) {
      const Event event = events_.top();
      events_.pop();
      now_ = event.at;
      event.call(event.who, event.what);
    }
    now_ = end;
  }

 private:
  struct Event {
    double at;
    uint64_t order;
    void (*call)(void*, uint64_t);
    void* who;
    uint64_t what;
    bool operator>(const Event& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };
  double now_ = 0;
  uint64_t order_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
};

// Things that come and go, each with a number that is never used again. Numbers of things that are
// gone find nothing.
template <typename T>
class Pool {
 public:
  uint64_t Add(T thing) {
    uint32_t at = 0;
    if (free_.empty()) {
      at = static_cast<uint32_t>(places_.size());
      places_.emplace_back();
    } else {
      at = free_.back();
      free_.pop_back();
    }
    Place& place = places_[at];
    place.thing = std::move(thing);
    place.number = (++generation_ << kBits) | at;
    return place.number;
  }
  T* Find(uint64_t number) {
    Place& place = places_[number & ((1U << kBits) - 1)];
    return place.number == number ? &place.thing : nullptr;
  }
  void Remove(uint64_t number) {
    const auto at = static_cast<uint32_t>(number & ((1U << kBits) - 1));
    places_[at].number = 0;
    free_.push_back(at);
  }
  size_t size() const { return places_.size() - free_.size(); }
  template <typename Use>
  void ForEach(Use use) {
    for (Place& place : places_) {
      if (place.number != 0) use(place.thing);
    }
  }

 private:
  static constexpr int kBits = 28;
  struct Place {
    uint64_t number = 0;
    T thing{};
  };
  std::vector<Place> places_;
  std::vector<uint32_t> free_;
  uint64_t generation_ = 0;
};

}  // namespace spillway::sim
