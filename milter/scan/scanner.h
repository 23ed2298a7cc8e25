// SPDX-License-Identifier: BSD-2-Clause
// One kind of scanner with its back ends. A message goes to the one with the least to do; one that
// cannot be reached or answers nonsense is left for another while there is time; one that fails
// again and again is not asked for a while (breaker.h), and messages do not wait for it at all.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "milter/base/endpoint.h"
#include "milter/base/log.h"
#include "milter/scan/loop.h"
#include "milter/scan/task.h"

namespace spillway {

// Thread-safe.
class Scanner {
 public:
  struct Options {
    std::string name;  // "clamd"
    std::vector<Endpoint> back_ends;
    size_t connections = 50;  // to each back end, at a time; more messages wait for their turn
    // One that had a message for less than this when its time was up has not failed.
    Duration fair = std::chrono::milliseconds(20);
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
  std::shared_ptr<ScanTask> Begin(ScanSubject subject);

 private:
  const std::shared_ptr<Core> core_;
};

}  // namespace spillway
