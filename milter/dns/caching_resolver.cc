// SPDX-License-Identifier: BSD-2-Clause
// Callbacks run outside the lock, because they may ask again.
#include "milter/dns/caching_resolver.h"

namespace spillway {

CachingResolver::CachingResolver(Upstream& upstream, const Clock& clock, const Limits& limits)
    : upstream_(upstream), clock_(clock), limits_(limits), cache_(limits.cache) {}

DnsAnswerPtr CachingResolver::Ask(const DnsQuestion& question, std::string_view owner,
                                  Callback done) {
  if (DnsAnswerPtr cached = cache_.Find(question, clock_.Now())) {
    counters_.hits.fetch_add(1, std::memory_order_relaxed);
    return cached;
  }
  bool limited = false;
  if (Board(question, owner, done, limited)) {
    counters_.asked.fetch_add(1, std::memory_order_relaxed);
    upstream_.Query(question,
                    [this, question](DnsAnswer answer) { Land(question, std::move(answer)); });
    return nullptr;
  }
  if (!limited) return nullptr;
  counters_.limited.fetch_add(1, std::memory_order_relaxed);
  return std::make_shared<DnsAnswer>(DnsAnswer{.status = DnsStatus::kLimited});
}

bool CachingResolver::Board(const DnsQuestion& question, std::string_view owner, Callback& done,
                            bool& limited) {
  const std::lock_guard lock(mutex_);
  if (const auto it = flights_.find(question); it != flights_.end()) {
    it->second.waiters.push_back(std::move(done));
    counters_.joined.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  const auto count = owners_.try_emplace(std::string(owner), 0).first;
  if (flights_.size() >= limits_.in_flight || count->second >= limits_.in_flight_per_domain) {
    if (count->second == 0) owners_.erase(count);
    limited = true;
    return false;
  }
  ++count->second;
  Flight& flight = flights_[question];
  flight.owner = owner;
  flight.waiters.push_back(std::move(done));
  return true;
}

void CachingResolver::Land(const DnsQuestion& question, DnsAnswer answer) {
  if (answer.status == DnsStatus::kTimeout)
    counters_.timeouts.fetch_add(1, std::memory_order_relaxed);
  if (answer.status == DnsStatus::kServfail)
    counters_.failures.fetch_add(1, std::memory_order_relaxed);
  const auto shared = std::make_shared<const DnsAnswer>(std::move(answer));
  cache_.Store(question, shared, clock_.Now());
  std::vector<Callback> waiters;
  {
    const std::lock_guard lock(mutex_);
    const auto it = flights_.find(question);
    waiters = std::move(it->second.waiters);
    const auto count = owners_.find(it->second.owner);
    if (--count->second == 0) owners_.erase(count);
    flights_.erase(it);
  }
  for (const Callback& waiter : waiters) waiter(shared);
}

}  // namespace spillway
