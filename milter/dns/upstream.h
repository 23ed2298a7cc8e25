// SPDX-License-Identifier: BSD-2-Clause
// The side of a resolver that goes to the network: no cache, no caps.
#pragma once

#include <functional>

#include "milter/dns/resolver.h"

namespace spillway {

class Upstream {
 public:
  using Done = std::function<void(DnsAnswer)>;
  virtual ~Upstream() = default;
  // Calls `done` exactly once, at the latest when the query's time is up, from any thread.
  virtual void Query(const DnsQuestion& question, Done done) = 0;
};

}  // namespace spillway
