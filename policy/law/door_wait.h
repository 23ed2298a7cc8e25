// SPDX-License-Identifier: BSD-2-Clause
// How long a new connection waits at the door: in the listen backlog of the MTA's sockets, until an
// SMTP server process accepts it. Pure; times in seconds.
#pragma once

#include <deque>

#include "milter/base/clock.h"
#include "policy/law/constants.h"

namespace spillway {

class DoorWait {
 public:
  explicit DoorWait(const Constants& constants) : constants_(constants) {}

  // Connections that wait now, how many can, and how many were accepted since the start. By
  // Little's law the wait is what is there by what leaves a second, over the last ten seconds.
  // A full backlog drops connections, whose clients knock again after 1, 3 and 7 s, and perhaps
  // drops them again: at least as long as it has been full. At most a minute.
  double Update(TimePoint now, double waiting, double most, double accepted);

 private:
  struct Seen {
    TimePoint at;
    double accepted;
  };
  const Constants constants_;
  std::deque<Seen> seen_;
  TimePoint last_left_;  // when a connection was accepted
  TimePoint last_room_;  // when the backlog was not full
};

}  // namespace spillway
