// SPDX-License-Identifier: BSD-2-Clause
// What one server of a scanner has to do: the requests that are there now, and the abandoned ones
// on which it probably still works. Pure, `now` is an argument; times must not go back.
#pragma once

#include <vector>

#include "milter/scan/concurrency.h"

namespace spillway {

class ServerLoad {
 public:
  // `most`: the highest limit.
  explicit ServerLoad(size_t most) : limit_(most) {}

  // May it get one more? A server with nothing to do always may: what is known of it may be old.
  bool HasRoom(TimePoint now);
  // Is at most half of its room taken?
  bool HasPlenty(TimePoint now);
  // What a request would wait there for its answer, relative to other servers.
  double Cost(TimePoint now);

  void Begin();
  // The request is gone. `took`: from the end of the message until now.
  void Answered(TimePoint now, Duration took);
  void Failed(TimePoint now, TimePoint asked);
  // Nobody waits any more for what the server has had whole since `asked`; it works on until its
  // usual time is over. `late`: the deadline came, after a fair share of the budget.
  void Abandoned(TimePoint now, TimePoint asked, bool late);
  // It had only part of it, or the connection stays for other reasons: nothing is owed.
  void Dropped(TimePoint now);
  // An abandoned request that began at `asked` has been answered after all.
  void Repaid(TimePoint now, TimePoint asked);
  void Restart() { limit_.Restart(); }

  size_t limit() const { return limit_.limit(); }
  size_t in_flight() const { return in_flight_; }
  size_t owed(TimePoint now);
  // From the end of a message to the answer, on average; abandoned ones count with the time that
  // they had. Zero: not known, for a few may all be long ones.
  Duration usual() const { return learned_ < kFew ? Duration{} : usual_; }

 private:
  struct Debt {
    TimePoint asked, until;
  };
  // The end of one of the requests in flight; was the server full until now?
  bool End(TimePoint now);
  void Learn(Duration took);
  bool Full(TimePoint now) { return in_flight_ + owed(now) >= limit(); }

  static constexpr int kFew = 8;

  ConcurrencyLimit limit_;
  size_t in_flight_ = 0;
  std::vector<Debt> debts_;
  Duration usual_{};
  int learned_ = 0;  // that usual_ is a mean of
};

}  // namespace spillway
