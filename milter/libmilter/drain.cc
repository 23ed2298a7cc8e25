// SPDX-License-Identifier: BSD-2-Clause
// Waits by looking, ten times a second: the end of a message has no event of its own, and nothing
// here is in a hurry.
#include "milter/libmilter/drain.h"

#include <csignal>
#include <thread>

namespace spillway {

namespace {

DrainHooks& Hooks() {
  static DrainHooks hooks;
  return hooks;
}

constexpr auto kLook = std::chrono::milliseconds(100);

}  // namespace

void SetDrainHooks(DrainHooks hooks) {
  Hooks() = std::move(hooks);
}

bool DrainOnSignal(int signal) {
  const DrainHooks& hooks = Hooks();
  if (signal == SIGHUP) {
    if (hooks.on_hangup) hooks.on_hangup();
    return false;
  }
  if (!hooks.idle) return true;
  hooks.stop_accepting();
  for (auto waited = std::chrono::milliseconds(0); waited < hooks.patience && !hooks.idle();
       waited += kLook) {
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

}  // namespace spillway
