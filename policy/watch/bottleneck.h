// SPDX-License-Identifier: BSD-2-Clause
// Which check has become slow, and what the late ones wait for: for the journal, not for the law.
// Pure, fixed memory.
#pragma once

#include <array>
#include <string>

#include "milter/telemetry/snapshot.h"

namespace spillway {

struct Bottleneck {
  std::string check;         // the check whose mean time grew most over the normal; empty: none
  double check_seconds = 0;  // its mean time now
  std::string waits_for;     // what late checks waited for most often; empty: nothing was late
};

class BottleneckFinder {
 public:
  // `healthy`: the record also tells what is normal.
  void Add(const telemetry::Record& record, bool healthy);
  // Of the check of that number, over some fifty records; seconds.
  double Mean(size_t check) const { return now_[check]; }
  Bottleneck Find(const telemetry::Preamble& preamble) const;

 private:
  // The most frequent of many, in little space (Misra and Gries 1982).
  struct Waited {
    std::array<char, telemetry::kWaitSize> what{};
    uint32_t count = 0;
  };
  void CountWait(const telemetry::Record& record);

  std::array<double, telemetry::kMaxChecks> now_{};     // seconds, over some fifty records
  std::array<double, telemetry::kMaxChecks> normal_{};  // seconds, over some thousand
  std::array<Waited, 8> waits_{};
};

}  // namespace spillway
