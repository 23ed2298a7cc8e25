// SPDX-License-Identifier: BSD-2-Clause
// How long the filter took for its messages. A message in flight counts with its age, so that a
// stall shows at once. Pure, fixed memory, no allocation after construction.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "milter/base/clock.h"
#include "policy/law/constants.h"

namespace spillway {

// How often the law looks at the filter.
constexpr auto kTick = std::chrono::milliseconds(250);

// 0 when `whole` is 0.
inline double Share(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

// One look at the filter, a few times a second. Counts are since the look before; times in seconds.
struct Look {
  uint32_t completed = 0;  // messages that got their verdict
  double busy = 0;         // their processing time, summed
  double queue_wait = 0;   // of which in the CPU pool's queue
  double dialogue = 0;     // of the SMTP dialogues before them, summed
  uint32_t late = 0;       // a check was late, or could not be made
  uint32_t deferred = 0;   // of which tempfailed at the end of message for that
  uint32_t arrived = 0;    // sessions that asked to be admitted
  uint32_t refused = 0;    // of which the limit refused
  uint32_t held = 0;       // gauge: SMTP slots that are held, by whatever clients
  // Gauge: of which with a message in the filter, or soon. The Shedder fills it.
  double sessions = 0;
  double door = 0;  // seconds that a new connection waits for a slot; negative: nobody knows
  // Messages leave the filter as soon as they are told to: see EffectiveBudget::obeyed().
  bool curable = false;
  std::span<const double> ages;  // of the messages in flight, in no order
};

// Sums over a stretch of time; `span` is the time that the sums really cover.
struct SampleSums {
  double span = 0;
  double came = 0;  // messages, to the filter
  double completed = 0, busy = 0, queue_wait = 0, dialogue = 0, late = 0, deferred = 0, arrived = 0,
         refused = 0;
  double held = 0;  // Look::sessions, integrated over time: session-seconds

  SampleSums operator-(const SampleSums& before) const;
};

// The age-aware mean: (completed times + ages above their mean) / (how many of both). A message in
// flight tells only that it takes longer than its age, so messages younger than the mean are left
// out.
struct AgedMean {
  double mean = 0;
  double samples = 0;
};

class Samples {
 public:
  static constexpr auto kMemory = std::chrono::minutes(3);

  Samples();
  void Add(TimePoint now, const Look& look);
  // Over [from, the last look]; older than kMemory is forgotten.
  SampleSums Since(TimePoint from) const;
  // Over the last `seconds`, or twice, four times ... as many until `count` messages have
  // completed.
  SampleSums Enough(double seconds, double count) const;
  static AgedMean Mean(const SampleSums& sums, std::span<const double> ages);

 private:
  struct Point {
    TimePoint at;
    SampleSums total;  // since construction
  };
  const Point& At(size_t age) const;

  std::vector<Point> ring_;
  size_t newest_ = 0;
  size_t used_ = 0;
  double in_filter_ = 0;  // messages, at the last look
};

}  // namespace spillway
