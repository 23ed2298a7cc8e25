// SPDX-License-Identifier: BSD-2-Clause
// The end of the daemon. libmilter's own way loses every message in flight: it takes SIGHUP,
// SIGTERM and SIGINT in a thread of its own and stops. pool_cure.cc sends that thread here instead,
// before it stops.
#pragma once

#include <chrono>
#include <functional>

namespace spillway {

struct DrainHooks {
  std::function<void()> on_hangup;  // SIGHUP
  std::function<void()> stop_accepting;
  std::function<bool()> idle;  // no message in flight
  std::chrono::milliseconds patience{0};
};

// Set before the server runs; the hooks stay in use until it has returned.
void SetDrainHooks(DrainHooks hooks);

// Called in libmilter's signal thread with the signal that came. True when libmilter should stop
// now.
bool DrainOnSignal(int signal);

}  // namespace spillway
