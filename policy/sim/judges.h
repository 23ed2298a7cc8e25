// SPDX-License-Identifier: BSD-2-Clause
// Who may decide in a simulation: the shipped law, and what others do. The others are models of the
// published rule, not of the programs.
#pragma once

#include <memory>
#include <string>

#include "policy/law/shedder.h"
#include "policy/sim/scenario.h"

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
  // `sessions` hold a slot, the one that asks not counted.
  virtual Answer Ask(const ClientId& client, double sessions, double now) = 0;
  virtual void Tick(const Look& look, double now) = 0;
  // Is it in its refusing mode? For counting flips.
  virtual bool limiting() const = 0;
};

// "ours", "none", "only_devices" (what they lose with the whole gateway to themselves is lost under
// any rule), "devices_in_5s" (the same from 5 s after the first event; until then everybody: what
// no rule can save that needs so long to see it), "on_off" (p90 of the last 10 s against three
// times and one and a half times the normal), "refuse_la" (Sendmail's RefuseLA: load average over
// one minute, looked at every 15 s), "gradient2" (Netflix concurrency-limits), "fixed:N". Null for
// anything else.
std::unique_ptr<Judge> MakeJudge(const std::string& name, const Scenario& scenario);

TimePoint At(double seconds);

}  // namespace spillway::sim
