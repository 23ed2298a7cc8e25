// SPDX-License-Identifier: BSD-2-Clause
// The resolver of the daemon: cache in front, one question in flight for each name and type however
// many messages want it (single flight), caps on what is in flight in all and for one sending
// domain.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "milter/dns/cache.h"
#include "milter/dns/upstream.h"

namespace spillway {

// Counted since start; read without locks.
struct ResolverCounters {
  std::atomic<uint64_t> hits{0};      // answered from the cache
  std::atomic<uint64_t> joined{0};    // waited for a question already in flight
  std::atomic<uint64_t> asked{0};     // went to the network
  std::atomic<uint64_t> timeouts{0};  // no answer
  std::atomic<uint64_t> failures{0};  // SERVFAIL and the like
  std::atomic<uint64_t> limited{0};   // refused by a cap
};

// Thread-safe. `upstream` must have made all its callbacks before this is destroyed.
class CachingResolver final : public Resolver {
 public:
  struct Limits {
    DnsCache::Limits cache;
    size_t in_flight = 4096;
    size_t in_flight_per_domain = 64;
  };
  CachingResolver(Upstream& upstream, const Clock& clock, const Limits& limits);

  DnsAnswerPtr Ask(const DnsQuestion& question, std::string_view owner, Callback done) override;
  const ResolverCounters& counters() const { return counters_; }

 private:
  struct Flight {
    std::string owner;
    std::vector<Callback> waiters;
  };
  // True when a new flight was made; false when joined or limited (then `limited` is set).
  bool Board(const DnsQuestion& question, std::string_view owner, Callback& done, bool& limited);
  void Land(const DnsQuestion& question, DnsAnswer answer);

  Upstream& upstream_;
  const Clock& clock_;
  const Limits limits_;
  DnsCache cache_;
  ResolverCounters counters_;
  std::mutex mutex_;
  std::map<DnsQuestion, Flight> flights_;              // guarded by mutex_
  std::map<std::string, size_t, std::less<>> owners_;  // guarded by mutex_
};

}  // namespace spillway
