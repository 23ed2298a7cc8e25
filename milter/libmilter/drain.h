// SPDX-License-Identifier: BSD-2-Clause
// Graceful shutdown. On SIGHUP, SIGTERM or SIGINT libmilter's signal thread stops the server and
// loses every message in flight. pool_cure.cc makes that thread call DrainOnSignal() first.
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
