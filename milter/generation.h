// SPDX-License-Identifier: BSD-2-Clause
// A configuration and everything that is built from it: class lists, checks with their keys, tables
// and rules, resolver, pools, inspector. Immutable once built: a connection keeps the generation
// that it began with, even if CurrentGeneration is swapped meanwhile.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "milter/check/registry.h"
#include "milter/client/client_lists.h"
#include "milter/dns/caching_resolver.h"
#include "milter/dns/cares.h"
#include "milter/drop_order.h"
#include "milter/inspect/inspector.h"

namespace spillway {

using MakeChecksFunction = std::function<CheckTypes(const Config&, const CheckServices&)>;

// `log` and `clock` outlive it. The destructor ends all work in progress, callers before the
// objects that they call; by then the checks must not hold any message.
class Generation {
 public:
  // Throws ConfigError with all errors in the configuration and in the files that it names, and
  // another std::exception when the machine lacks a resource.
  Generation(Config config, Log& log, const Clock& clock,
             const MakeChecksFunction& make_checks = MakeChecks);
  ~Generation();
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  const Config& config() const { return config_; }
  // The authserv-id under which results are written, and those of other machines of ours.
  const std::vector<std::string>& own_ids() const { return own_ids_; }
  const ClientLists& clients() const { return clients_; }
  const CheckTypes& checks() const { return checks_; }
  const DropOrder& drop_order() const { return drop_order_; }
  // Null when no check wants one.
  Inspector* inspector() const { return inspector_.get(); }
  const ResolverCounters& dns() const { return resolver_.counters(); }

 private:
  const Config config_;
  const std::vector<std::string> own_ids_;
  const ClientLists clients_;
  const DropOrder drop_order_;
  // The members below use those above. ~Generation() ends inspector_, cares_ and workers_ first,
  // because their threads call into the checks and the resolver.
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
