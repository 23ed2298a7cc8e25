// SPDX-License-Identifier: BSD-2-Clause
// List and index per shard; the list's order is the order of use.
#include "milter/dns/cache.h"

#include <algorithm>

namespace spillway {

DnsCache::Shard& DnsCache::ShardOf(const DnsQuestion& question) {
  return shards_[std::hash<std::string>{}(question.name) % kShards];
}

Duration DnsCache::Lifetime(const DnsAnswer& answer) const {
  if (answer.status == DnsStatus::kLimited) return Duration::zero();
  if (answer.failed()) return limits_.failure_ttl;
  const Duration ttl = std::chrono::seconds(answer.ttl);
  return std::min<Duration>(ttl, answer.positive() ? limits_.max_ttl : limits_.negative_ttl);
}

DnsAnswerPtr DnsCache::Find(const DnsQuestion& question, TimePoint now) {
  Shard& shard = ShardOf(question);
  const std::lock_guard lock(shard.mutex);
  const auto it = shard.index.find(question);
  if (it == shard.index.end()) return nullptr;
  const auto entry = it->second;
  if (now >= entry->expires) {
    shard.entries.erase(entry);
    shard.index.erase(it);
    return nullptr;
  }
  shard.entries.splice(shard.entries.begin(), shard.entries, entry);
  return entry->answer;
}

void DnsCache::Store(const DnsQuestion& question, const DnsAnswerPtr& answer, TimePoint now) {
  const Duration lifetime = Lifetime(*answer);
  const size_t capacity = limits_.entries / kShards + (limits_.entries % kShards != 0 ? 1 : 0);
  if (lifetime <= Duration::zero() || capacity == 0) return;
  Shard& shard = ShardOf(question);
  const std::lock_guard lock(shard.mutex);
  if (const auto it = shard.index.find(question); it != shard.index.end()) {
    shard.entries.erase(it->second);
    shard.index.erase(it);
  }
  shard.entries.push_front({question, answer, now + lifetime});
  shard.index[question] = shard.entries.begin();
  if (shard.entries.size() <= capacity) return;
  shard.index.erase(shard.entries.back().question);
  shard.entries.pop_back();
}

}  // namespace spillway
