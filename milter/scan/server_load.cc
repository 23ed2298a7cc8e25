// SPDX-License-Identifier: BSD-2-Clause
#include "milter/scan/server_load.h"

#include <algorithm>

namespace spillway {

size_t ServerLoad::owed(TimePoint now) {
  std::erase_if(debts_, [now](const Debt& debt) { return debt.until <= now; });
  return debts_.size();
}

bool ServerLoad::HasRoom(TimePoint now) {
  return in_flight_ == 0 || !Full(now);
}

bool ServerLoad::HasPlenty(TimePoint now) {
  return in_flight_ == 0 || 2 * (in_flight_ + owed(now)) < limit();
}

double ServerLoad::Cost(TimePoint now) {
  constexpr Duration kUnknown = std::chrono::milliseconds(1);
  return InSeconds(std::max(usual_, kUnknown)) * static_cast<double>(in_flight_ + owed(now) + 1);
}

void ServerLoad::Begin() {
  ++in_flight_;
}

bool ServerLoad::End(TimePoint now) {
  const bool full = Full(now);
  --in_flight_;
  return full;
}

void ServerLoad::Learn(Duration took) {
  constexpr int kMemory =
      16;  // a mean of fewer jumps: some messages take many times the usual time
  learned_ = std::min(learned_ + 1, kMemory);
  usual_ += (took - usual_) / learned_;
}

void ServerLoad::Answered(TimePoint now, Duration took) {
  const bool full = End(now);
  Learn(took);
  if (full) limit_.Ended(now - took, now, true);
}

void ServerLoad::Failed(TimePoint now, TimePoint asked) {
  if (End(now)) limit_.Ended(asked, now, false);
}

void ServerLoad::Abandoned(TimePoint now, TimePoint asked, bool late) {
  const bool full = End(now);
  // The time that it had is a lower bound of the time that it needs.
  if (late) Learn(std::max(now - asked, usual_));
  if (const TimePoint until = asked + usual_; until > now) debts_.push_back({asked, until});
  if (full && late) limit_.Ended(asked, now, false);
}

void ServerLoad::Dropped(TimePoint now) {
  End(now);
}

void ServerLoad::Repaid(TimePoint now, TimePoint asked) {
  const auto debt = std::find_if(debts_.begin(), debts_.end(),
                                 [asked](const Debt& each) { return each.asked == asked; });
  if (debt != debts_.end()) debts_.erase(debt);
  Learn(now - asked);
}

}  // namespace spillway
