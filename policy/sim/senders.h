// SPDX-License-Identifier: BSD-2-Clause
// The other side of the gateway: office devices that try once, and mail servers with the retry
// schedules, concurrency windows and dead-destination rules that real ones have.
#pragma once

#include <deque>
#include <vector>

#include "milter/base/ip.h"

namespace spillway::sim {

using MessageId = uint32_t;

enum class HostKind : uint8_t { kDevice, kPostfix, kExchange, kFixed };

struct Mail {
  uint32_t host = 0;
  uint32_t attempts = 0;
  int knocks = 0;  // SYNs of this attempt that met a full backlog
  double born = 0;
  double attempt_start = 0;
  bool delayed = false;  // refused or failed at least once
};

// One sending host. `window` is Postfix's concurrency window (SCHEDULER_README): +1/N for a
// success, -1/N for a refused session. Below 1, the destination is dead for a while.
struct Host {
  HostKind kind = HostKind::kDevice;
  Ip address;
  double window = 5;
  uint32_t active = 0;  // connections under way
  double dead_until = 0;
  std::deque<MessageId> ready;  // may be tried as soon as the window allows
  uint32_t offered = 0, served = 0;

  bool retries() const { return kind != HostKind::kDevice; }
  // May another connection be opened now?
  bool MayConnect(double now) const {
    return !retries() || (now >= dead_until && active < static_cast<uint32_t>(window));
  }
  void Succeeded();
  // A refused or failed session; the destination may be dead afterwards.
  void SessionFailed(double now);
};

// Seconds after which `mail` is tried again.
double RetryDelay(HostKind kind, const Mail& mail, double now);

// `devices` printers in 10.1.0.0/16, then `mtas` mail servers with addresses of their own networks.
std::vector<Host> MakeHosts(size_t devices, size_t mtas);

}  // namespace spillway::sim
