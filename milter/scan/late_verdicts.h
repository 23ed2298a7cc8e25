// SPDX-License-Identifier: BSD-2-Clause
// Results of scans that took longer than the budget. When a tempfailed message is sent again, its
// late verdict is known at once, and a back end that never answered is not asked again if there is
// another. So no message is deferred for ever for the same reason. In memory, bounded; kept for a
// day, clean verdicts for an hour.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "milter/base/clock.h"
#include "milter/scan/protocol.h"

namespace spillway {

// Not thread-safe.
class LateVerdicts {
 public:
  static constexpr size_t kMax = 4096;
  static constexpr Duration kKeep = std::chrono::hours(24);
  static constexpr Duration kKeepClean = std::chrono::hours(1);  // signatures change

  struct Entry {
    size_t back_end = 0;             // which was too slow
    std::optional<ScanReply> reply;  // what it said in the end
    TimePoint when;
  };

  // `digest` is the SHA-256 of everything that was sent to the scanner. An entry without a reply
  // does not replace one with a reply. kDefer and kError are not verdicts and are not kept.
  void Note(const std::string& digest, Entry entry);
  // Null when nothing is known.
  const Entry* Find(const std::string& digest, TimePoint now) const;
  bool empty() const { return entries_.empty(); }

 private:
  std::map<std::string, Entry, std::less<>> entries_;
  std::deque<std::string> order_;  // as they came
};

}  // namespace spillway
