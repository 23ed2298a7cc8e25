// SPDX-License-Identifier: BSD-2-Clause
// A TTL cache of DNS answers with a fixed number of entries, least recently used out first.
// Sharded, so that threads do not meet on one lock. `now` is an argument.
#pragma once

#include <array>
#include <chrono>
#include <list>
#include <map>
#include <mutex>

#include "milter/base/clock.h"
#include "milter/dns/resolver.h"

namespace spillway {

// Thread-safe.
class DnsCache {
 public:
  struct Limits {
    size_t entries = 65536;  // 0 turns the cache off
    std::chrono::milliseconds max_ttl{86400000};
    std::chrono::milliseconds negative_ttl{60000};  // cap for kNoData and kNxdomain (RFC 2308)
    std::chrono::milliseconds failure_ttl{5000};    // for kServfail and kTimeout (RFC 9520)
  };
  explicit DnsCache(const Limits& limits) : limits_(limits) {}

  // Null when absent or expired.
  DnsAnswerPtr Find(const DnsQuestion& question, TimePoint now);
  // kLimited is never kept: it says nothing of the name.
  void Store(const DnsQuestion& question, const DnsAnswerPtr& answer, TimePoint now);

 private:
  static constexpr size_t kShards = 16;
  struct Entry {
    DnsQuestion question;
    DnsAnswerPtr answer;
    TimePoint expires;
  };
  struct Shard {
    std::mutex mutex;
    std::list<Entry> entries;  // newest first; guarded by mutex
    std::map<DnsQuestion, std::list<Entry>::iterator> index;
  };
  Shard& ShardOf(const DnsQuestion& question);
  Duration Lifetime(const DnsAnswer& answer) const;

  const Limits limits_;
  std::array<Shard, kShards> shards_;
};

}  // namespace spillway
