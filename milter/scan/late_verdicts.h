// SPDX-License-Identifier: BSD-2-Clause
// What became of scans for which the budget was too short. The same message comes again when it
// was tempfailed: then the verdict that came too late is there at once, and a scanner that never
// answered is not asked again when there is another. So nothing is deferred for ever for the same
// reason. In memory, bounded, for a day.
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

  // `digest` is the SHA-256 of all that the scanner was told. No reply does not replace one; kDefer
  // and kError are no verdicts, and not kept.
  void Note(const std::string& digest, Entry entry);
  // Null when nothing is known.
  const Entry* Find(const std::string& digest, TimePoint now) const;
  bool empty() const { return entries_.empty(); }

 private:
  std::map<std::string, Entry, std::less<>> entries_;
  std::deque<std::string> order_;  // as they came
};

}  // namespace spillway
