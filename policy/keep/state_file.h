// SPDX-License-Identifier: BSD-2-Clause
// What the policy daemon remembers over a restart: what it learned of the filter and of clients.
// One file, replaced atomically; a damaged one is refused, never half believed.
#pragma once

#include <string>
#include <vector>

#include "policy/law/clients.h"
#include "policy/law/limiter_state.h"

namespace spillway {

struct SavedState {
  uint64_t seed = 0;  // of Clients; keys mean nothing under another one
  Learned learned;
  double limit = 0;   // L; 0: not shedding
  int64_t saved = 0;  // Unix seconds
  std::vector<ClientRecord> clients;
};

// Throws std::system_error naming the path.
void SaveState(const std::string& path, const SavedState& state);

struct LoadedState {
  SavedState state;   // empty after an error
  std::string error;  // empty: read, or there was no file
};
LoadedState LoadState(const std::string& path);

}  // namespace spillway
