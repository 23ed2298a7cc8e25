// SPDX-License-Identifier: BSD-2-Clause
// Running totals in a ring: a sum over any stretch is the difference of two points.
#include "policy/law/samples.h"

#include <algorithm>

namespace spillway {

namespace {

constexpr size_t kPoints = 1024;  // kMemory at four looks a second, with room for faster ones

}  // namespace

Samples::Samples() : ring_(kPoints) {}

const Samples::Point& Samples::At(size_t age) const {
  return ring_[(newest_ + kPoints - age) % kPoints];
}

void Samples::Add(TimePoint now, const Look& look) {
  Point next{now, used_ == 0 ? SampleSums{} : At(0).total};
  next.total.completed += look.completed;
  next.total.busy += look.busy;
  next.total.queue_wait += look.queue_wait;
  next.total.late += look.late;
  next.total.deferred += look.deferred;
  next.total.waived += look.waived;
  next.total.arrived += look.arrived;
  next.total.refused += look.refused;
  if (used_ > 0) next.total.held += look.sessions * InSeconds(now - At(0).at);
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
  const Point& first = At(low);
  const Point& last = At(0);
  SampleSums out;
  out.span = InSeconds(last.at - first.at);
  out.completed = last.total.completed - first.total.completed;
  out.busy = last.total.busy - first.total.busy;
  out.queue_wait = last.total.queue_wait - first.total.queue_wait;
  out.late = last.total.late - first.total.late;
  out.deferred = last.total.deferred - first.total.deferred;
  out.waived = last.total.waived - first.total.waived;
  out.arrived = last.total.arrived - first.total.arrived;
  out.refused = last.total.refused - first.total.refused;
  out.held = last.total.held - first.total.held;
  return out;
}

AgedMean Samples::Mean(const SampleSums& sums, std::span<const double> ages) {
  const double mean = sums.completed > 0 ? sums.busy / sums.completed : 0;
  AgedMean out{sums.busy, sums.completed};
  for (const double age : ages) {
    if (age <= mean) continue;
    out.mean += age;
    out.samples += 1;
  }
  out.mean = out.samples > 0 ? out.mean / out.samples : 0;
  return out;
}

}  // namespace spillway
