// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/fair_line.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace spillway {

namespace {

constexpr std::chrono::duration<double> kHalf{10};
constexpr double kForgotten = 0.001;  // seconds
constexpr size_t kShare = 4;
constexpr std::chrono::seconds kSweep{1};

}  // namespace

double FairLine::Client::UsedAt(TimePoint now) const {
  return used * std::exp2(-std::max(0.0, std::chrono::duration<double>(now - at) / kHalf));
}

double FairLine::Client::Rank() const {
  return used == 0 ? -std::numeric_limits<double>::infinity()
                   : std::log2(used) + std::chrono::duration<double>(at.time_since_epoch()) / kHalf;
}

bool FairLine::Push(const std::string& client, Job job) {
  const std::lock_guard lock(mutex_);
  if (waiting_ >= most_) return false;
  Client& own = clients_[client];
  if (own.jobs.size() >= std::max<size_t>(1, most_ / kShare)) return false;
  own.jobs.push_back(std::move(job));
  busy_.insert(client);
  ++waiting_;
  return true;
}

void FairLine::Sweep(TimePoint now) {
  if (now - swept_ < kSweep) return;
  swept_ = now;
  std::erase_if(clients_, [now](const auto& entry) {
    return entry.second.jobs.empty() && entry.second.UsedAt(now) < kForgotten;
  });
}

FairLine::Next FairLine::Take(TimePoint now) {
  const std::lock_guard lock(mutex_);
  Sweep(now);
  const auto next = std::min_element(busy_.begin(), busy_.end(),
                                     [this](const std::string& a, const std::string& b) {
                                       return clients_[a].Rank() < clients_[b].Rank();
                                     });
  if (next == busy_.end()) return {};
  Client& client = clients_[*next];
  Next out{*next, std::move(client.jobs.front())};
  client.jobs.pop_front();
  if (client.jobs.empty()) busy_.erase(next);
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
