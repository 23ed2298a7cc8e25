// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

namespace spillway {

// What is shown of one server of a scanner.
struct ServerFigures {
  std::string name;       // its address
  size_t limit = 0;       // requests that it gets at a time, as learned
  size_t in_flight = 0;   // requests that it has now
  size_t owed = 0;        // abandoned requests on which it probably still works
  double late_share = 0;  // of its last results, failed or late; 0 to 1
  bool asked = true;      // false: it gets a probe, or a trial, until it is well
  size_t waiting = 0;     // messages that wait for a place at any server of this scanner
};

}  // namespace spillway
