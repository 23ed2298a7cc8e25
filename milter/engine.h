// SPDX-License-Identifier: BSD-2-Clause
// The checks and everything they work with, put together: the daemon has one, and so has a message
// that is only tried out.
#pragma once

#include <functional>
#include <memory>

#include "milter/check/check.h"
#include "milter/dns/caching_resolver.h"
#include "milter/dns/cares.h"
#include "milter/inspect/inspector.h"

namespace spillway {

using MakeChecksFunction = std::function<CheckTypes(const Config&, const CheckServices&)>;

// The arguments outlive it. Its destruction ends what is under way, in the order of who calls whom;
// no message may be in the checks any more.
class Engine {
 public:
  // Throws std::exception when a check cannot be set up.
  Engine(const Config& config, Log& log, const Clock& clock,
         const MakeChecksFunction& make_checks = MakeChecks);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  const CheckTypes& checks() const { return checks_; }
  // Null when no check wants one.
  Inspector* inspector() const { return inspector_.get(); }
  const ResolverCounters& dns() const { return resolver_.counters(); }

 private:
  // Declared before what they answer to, and ended after it.
  std::unique_ptr<Cares> cares_;
  CachingResolver resolver_;
  std::unique_ptr<Workers> workers_;
  ScanLoop scan_loop_;
  KeyCache keys_;
  std::unique_ptr<Inspector> inspector_;
  CheckTypes checks_;
};

}  // namespace spillway
