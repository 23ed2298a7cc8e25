// SPDX-License-Identifier: BSD-2-Clause
// One kind of scanner with its back ends. A message goes to the back end with the fewest messages
// in flight. If that one cannot be reached or its reply is invalid, another is tried while there is
// time. A back end that fails repeatedly is not used for a while (breaker.h).
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "milter/base/endpoint.h"
#include "milter/base/log.h"
#include "milter/base/server_figures.h"
#include "milter/scan/loop.h"
#include "milter/scan/task.h"

namespace spillway {

// Thread-safe.
class Scanner {
 public:
  struct Options {
    std::string name;  // "clamd"
    std::vector<Endpoint> back_ends;
    // Requests to each server at a time, at the utmost: the limit itself is learned
    // (concurrency.h). More messages wait for their turn (line.h).
    size_t connections = 50;
    unsigned seed = 1;  // of the choice among servers
  };
  // What the loop's thread and the tasks share.
  class Core;

  Scanner(ScanLoop& loop, std::unique_ptr<ScanProtocol> protocol, Options options,
          const Clock& clock, Log& log);
  ~Scanner();
  Scanner(const Scanner&) = delete;
  Scanner& operator=(const Scanner&) = delete;

  // May a scan begin before the message is whole?
  bool streams() const;
  // Is there any verdict that came too late? Then a digest is worth its cost.
  bool remembers() const;
  std::shared_ptr<ScanTask> Begin(ScanSubject subject, ScanUrgency urgency);
  std::vector<ServerFigures> figures() const;

 private:
  const std::shared_ptr<Core> core_;
};

}  // namespace spillway
