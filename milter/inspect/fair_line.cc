// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/fair_line.h"

#include <algorithm>
#include <cmath>

namespace spillway {

namespace {

constexpr std::chrono::duration<double> kHalf{10};
constexpr double kForgotten = 0.001;  // seconds
constexpr size_t kShare = 4;

}  // namespace

double FairLine::Client::UsedAt(TimePoint now) const {
  return used * std::exp2(-std::max(0.0, std::chrono::duration<double>(now - at) / kHalf));
}

bool FairLine::Push(const std::string& client, Job job) {
  const std::lock_guard lock(mutex_);
  Client& own = clients_[client];
  if (waiting_ >= most_ || own.jobs.size() >= std::max<size_t>(1, most_ / kShare)) return false;
  own.jobs.push_back(std::move(job));
  ++waiting_;
  return true;
}

FairLine::Next FairLine::Take(TimePoint now) {
  const std::lock_guard lock(mutex_);
  std::erase_if(clients_, [now](const auto& entry) {
    return entry.second.jobs.empty() && entry.second.UsedAt(now) < kForgotten;
  });
  auto next = clients_.end();
  for (auto each = clients_.begin(); each != clients_.end(); ++each) {
    if (each->second.jobs.empty()) continue;
    if (next == clients_.end() || each->second.UsedAt(now) < next->second.UsedAt(now)) next = each;
  }
  if (next == clients_.end()) return {};
  Next out{next->first, std::move(next->second.jobs.front())};
  next->second.jobs.pop_front();
  --waiting_;
  return out;
}

void FairLine::Charge(const std::string& client, Duration taken, TimePoint now) {
  const std::lock_guard lock(mutex_);
  Client& own = clients_[client];
  own.used = own.UsedAt(now) + std::chrono::duration<double>(taken).count();
  own.at = now;
}

}  // namespace spillway
