// SPDX-License-Identifier: BSD-2-Clause
// Is the filter alive? Pure: names the filter's state, from its silence in the telemetry and from
// the last probe, and says when to probe next.
#pragma once

#include <string>
#include <string_view>

#include "policy/watch/probe.h"

namespace spillway {

enum class FilterState : uint8_t {
  kUnknown,  // nothing has been seen yet
  kFine,
  kSilent,   // its heartbeat has stopped
  kAbsent,   // nobody listens on its socket
  kDeaf,     // accepts, but does not negotiate
  kHung,     // gives no verdict
  kForeign,  // negotiates or writes telemetry as another version does
};
std::string_view FilterStateName(FilterState state);

class FilterHealth {
 public:
  struct Setting {
    double idle_interval = 60;  // seconds between canned messages
    double shedding_interval = 10;
    bool probe = true;
  };
  explicit FilterHealth(const Setting& setting) : setting_(setting) {}

  enum class Due : uint8_t { kNothing, kHandshake, kMessage };
  // What to send now; nothing while a probe is under way.
  Due Next(TimePoint now, bool shedding) const;
  void Started(TimePoint now, Due due);
  // `due` is what was sent: only a canned message can show that the filter does not hang.
  void Reported(const ProbeReport& report, Due due);
  // `silence` in seconds; `foreign`: the telemetry is of another version.
  FilterState Judge(double silence, bool foreign) const;
  // The filter is absent or was never seen: the admission law has nothing to go by.
  static bool Gone(FilterState state) {
    return state == FilterState::kAbsent || state == FilterState::kUnknown;
  }
  // It may be there, but whoever waits for it waits in vain.
  static bool Unresponsive(FilterState state) {
    return state == FilterState::kSilent || state == FilterState::kDeaf ||
           state == FilterState::kHung;
  }
  const ProbeReport& last() const { return last_; }

 private:
  const Setting setting_;
  ProbeReport last_;
  bool hung_ = false;
  bool seen_ = false;
  bool under_way_ = false;
  TimePoint handshake_;
  TimePoint message_;
};

}  // namespace spillway
