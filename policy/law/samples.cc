// SPDX-License-Identifier: BSD-2-Clause
// Running totals in a ring: a sum over any stretch is the difference of two points.
#include "policy/law/samples.h"

#include <algorithm>

namespace spillway {

namespace {

constexpr size_t kPoints = 1024;  // kMemory at four looks a second, with room for faster ones

}  // namespace

SampleSums SampleSums::operator-(const SampleSums& before) const {
  return {.span = span - before.span,
          .came = came - before.came,
          .completed = completed - before.completed,
          .busy = busy - before.busy,
          .queue_wait = queue_wait - before.queue_wait,
          .dialogue = dialogue - before.dialogue,
          .late = late - before.late,
          .deferred = deferred - before.deferred,
          .arrived = arrived - before.arrived,
          .refused = refused - before.refused,
          .held = held - before.held};
}

Samples::Samples() : ring_(kPoints) {}

const Samples::Point& Samples::At(size_t age) const {
  return ring_[(newest_ + kPoints - age) % kPoints];
}

void Samples::Add(TimePoint now, const Look& look) {
  Point next{now, used_ == 0 ? SampleSums{} : At(0).total};
  const double step = used_ == 0 ? 0 : InSeconds(now - At(0).at);
  const auto in_filter = static_cast<double>(look.ages.size());
  next.total.span += step;
  // In a stall, messages come and none completes.
  next.total.came += look.completed + in_filter - in_filter_;
  next.total.completed += look.completed;
  next.total.busy += look.busy;
  next.total.queue_wait += look.queue_wait;
  next.total.dialogue += look.dialogue;
  next.total.late += look.late;
  next.total.deferred += look.deferred;
  next.total.arrived += look.arrived;
  next.total.refused += look.refused;
  next.total.held += look.sessions * step;
  in_filter_ = in_filter;
  newest_ = (newest_ + 1) % kPoints;
  ring_[newest_] = next;
  used_ = std::min(used_ + 1, kPoints);
}

SampleSums Samples::Since(TimePoint from) const {
  if (used_ < 2) return {};
  from = std::max(from, At(0).at - kMemory);
  // The youngest point not after `from`, or the oldest there is.
  size_t low = 0;
  size_t high = used_ - 1;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (At(middle).at <= from)
      high = middle;
    else
      low = middle + 1;
  }
  return At(0).total - At(low).total;
}

SampleSums Samples::Enough(double seconds, double count) const {
  if (used_ < 2) return {};
  for (;; seconds *= 2) {
    const SampleSums sums = Since(At(0).at - Seconds(seconds));
    if (sums.completed >= count || Seconds(seconds) >= kMemory) return sums;
  }
}

AgedMean Samples::Mean(const SampleSums& sums, std::span<const double> ages) {
  const double mean = Share(sums.busy, sums.completed);
  AgedMean out{sums.busy, sums.completed};
  for (const double age : ages) {
    if (age <= mean) continue;
    out.mean += age;
    out.samples += 1;
  }
  out.mean = Share(out.mean, out.samples);
  return out;
}

}  // namespace spillway
