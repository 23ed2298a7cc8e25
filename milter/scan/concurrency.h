// SPDX-License-Identifier: BSD-2-Clause
// How many requests a server is given at a time: a limit that is learned, because no server says
// how many it works on at once. Pure, `now` is an argument.
//
// What counts is the yield, the answers in time a second. Below the number of the server's workers,
// more requests at a time yield more; above it they only wait inside the server, where nobody sees
// them. With N requests at a time that take T each, the yield is N / T (Little's law), of which the
// share in time counts; measured only while the limit holds requests back, once as many have ended
// at this level of the limit as began before it, for of those that begin there the short ones end
// first; and remembered for each level. The limit climbs one level where that yields more or is not
// known, and goes down one where the level below yields nearly as much. So a server on which some
// requests hang is not taken for a server with too many requests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "milter/base/clock.h"

namespace spillway {

class ConcurrencyLimit {
 public:
  // `most`: at least 1.
  explicit ConcurrencyLimit(size_t most);

  size_t limit() const { return levels_[at_].limit; }
  // A request that began at `asked` ended while the server was full: at its limit. `good`: with an
  // answer in time.
  void Ended(TimePoint asked, TimePoint now, bool good);
  // The server was away, or had too much to do: begins again with a few requests. Up to half of
  // the limit of before it doubles with each round that yields more (slow start, RFC 5681 section
  // 3.1); the limit of before counts as too high for a while. At first, too, the limit doubles.
  void Restart();

 private:
  struct Level {
    size_t limit = 1;
    double yield = 0;  // answers in time a second
    int age = kOld;    // rounds since it was visited; kOld: not known
  };
  static constexpr int kOld = 30;

  void Start();
  void MoveTo(size_t level);
  void BeginRound();
  double Yield() const;  // of this round
  void EndRound();
  void EndSlowRound();
  void Remember(double yield);
  bool Known(size_t level) const { return level < levels_.size() && levels_[level].age < kOld; }
  size_t Next() const;

  std::vector<Level> levels_;
  size_t at_ = 0;
  size_t earlier_ = 0;  // requests that are still to end, and began at another level
  // Of this round.
  Duration took_{};
  size_t ended_ = 0;
  size_t good_ = 0;
  double slow_yield_ = 0;  // of the last round of the slow start
  size_t slow_until_;      // limit; from it on, and once a request fails, the start is over
};

}  // namespace spillway
