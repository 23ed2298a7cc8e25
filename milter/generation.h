// SPDX-License-Identifier: BSD-2-Clause
// A configuration and everything that is made from it: class lists, checks with their keys, tables
// and rules, resolver, pools, inspector. Immutable once made, so that a reload is a swap: a
// connection keeps the generation that it began with.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "milter/check/registry.h"
#include "milter/client/client_lists.h"
#include "milter/dns/caching_resolver.h"
#include "milter/dns/cares.h"
#include "milter/inspect/inspector.h"

namespace spillway {

using MakeChecksFunction = std::function<CheckTypes(const Config&, const CheckServices&)>;

// `log` and `clock` outlive it. Its destruction ends what is under way, in the order of who calls
// whom; no message may be in the checks any more.
class Generation {
 public:
  // Throws ConfigError with everything that is wrong with the configuration or what it names, and
  // std::exception for what the machine does not give.
  Generation(Config config, Log& log, const Clock& clock,
             const MakeChecksFunction& make_checks = MakeChecks);
  ~Generation();
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  const Config& config() const { return config_; }
  const ClientLists& clients() const { return clients_; }
  const CheckTypes& checks() const { return checks_; }
  // Null when no check wants one.
  Inspector* inspector() const { return inspector_.get(); }
  const ResolverCounters& dns() const { return resolver_.counters(); }

 private:
  const Config config_;
  const ClientLists clients_;
  // Declared before what they answer to, and ended after it.
  std::unique_ptr<Cares> cares_;
  CachingResolver resolver_;
  std::unique_ptr<Workers> workers_;
  ScanLoop scan_loop_;
  KeyCache keys_;
  CheckTypes checks_;
  std::unique_ptr<Inspector> inspector_;
};

using GenerationPtr = std::shared_ptr<const Generation>;

// The one that new connections begin with. Thread-safe.
class CurrentGeneration {
 public:
  explicit CurrentGeneration(GenerationPtr first) : current_(std::move(first)) {}
  GenerationPtr Get() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  void Swap(GenerationPtr next) {
    const std::lock_guard lock(mutex_);
    current_.swap(next);  // the old one, should nobody hold it, ends outside the lock
  }

 private:
  mutable std::mutex mutex_;
  GenerationPtr current_;  // guarded by mutex_
};

}  // namespace spillway
