// SPDX-License-Identifier: BSD-2-Clause
// The controllers of a simulation: the shipped law, and the rules of other programs. The latter are
// modelled after the published rule, not after the program.
#pragma once

#include <memory>
#include <string>

#include "policy/law/shedder.h"
#include "policy/sim/filter.h"

namespace spillway::sim {

enum class Answer : uint8_t {
  kAdmit,
  kRefuseMessage,  // 450 at RCPT: the message waits, the destination does not
  kRefuseSession,  // 421 at the greeting: the sender holds its whole destination back
};

// Times are virtual seconds.
class Judge {
 public:
  virtual ~Judge() = default;
  // So many slots are held, the one that asks not counted.
  virtual Answer Ask(const ClientId& client, double held, double now) = 0;
  // Does the filter take the client for one that cannot come again? By default: if it is listed.
  virtual bool CannotRetry(const ClientId& client, double now) const;
  // A message was accepted, or tempfailed at its end.
  virtual void Ended(const ClientId& /*client*/, bool /*deferred*/, double /*now*/) {}
  virtual void Tick(const Look& look, double now) = 0;
  // Is it in its refusing mode? For counting flips.
  virtual bool limiting() const = 0;
  // After a Tick(): what the filter is told.
  virtual Advice advice() const = 0;
  // Starts again, with what it keeps in its files.
  virtual void Restart(double /*now*/) {}
};

// "ours", "none", "only_devices" (nobody else is admitted: what devices lose even so is lost under
// any rule), "devices_in_5s" (everybody until 5 s after the first event, then devices only: the
// bound for a rule that needs 5 s to see the event), "on_off" (mean of the last 10 s: on above
// 3 times, off below 1.5 times the normal), "refuse_la" (Sendmail's RefuseLA: load average over
// one minute, looked at every 15 s), "gradient2" (Netflix concurrency-limits), "fixed:N". Null for
// anything else.
std::unique_ptr<Judge> MakeJudge(const std::string& name, const Scenario& scenario);

}  // namespace spillway::sim
