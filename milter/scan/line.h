// SPDX-License-Identifier: BSD-2-Clause
// Who waits for a place at a server: devices before all others, because they cannot come again,
// then people's mail programs, which do not by themselves; the earliest deadline first. Pure; not
// thread-safe.
#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "milter/base/clock.h"

namespace spillway {

// Who goes before whom.
enum class LineRank : uint8_t { kCannotRetry, kSubmission, kOthers };

// A place in a line. Places are unique, and the lesser one is served first.
struct LinePlace {
  LineRank rank = LineRank::kOthers;
  TimePoint deadline{};
  uint64_t number = 0;  // as they came

  bool operator<(const LinePlace& other) const {
    return std::tie(rank, deadline, number) < std::tie(other.rank, other.deadline, other.number);
  }
};

// Would a message be served in time with `ahead` others before it? Servers together end
// `per_second` requests, the fastest of them takes `usual`, and `left` is left until the deadline:
// seconds. Times vary, and who is late at the end has waited in vain: hence some caution.
inline bool InTimeBehind(size_t ahead, double per_second, double usual, double left) {
  constexpr double kCaution = 1.25;
  return kCaution * (static_cast<double>(ahead) / per_second + usual) <= left;
}

template <typename T>
class WaitingLine {
 public:
  LinePlace Next(LineRank rank, TimePoint deadline) { return {rank, deadline, ++numbers_}; }
  void Enter(const LinePlace& place, T who) { line_.emplace(place, std::move(who)); }
  void Leave(const LinePlace& place) { line_.erase(place); }
  // How many are served before `place`.
  size_t Ahead(const LinePlace& place) const {
    return static_cast<size_t>(std::distance(line_.begin(), line_.lower_bound(place)));
  }
  // The next one to be served; the line must not be empty.
  const T& front() const { return line_.begin()->second; }
  void LeaveFront() { line_.erase(line_.begin()); }
  bool empty() const { return line_.empty(); }
  size_t size() const { return line_.size(); }

 private:
  std::map<LinePlace, T> line_;
  uint64_t numbers_ = 0;
};

}  // namespace spillway
