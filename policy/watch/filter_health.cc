// SPDX-License-Identifier: BSD-2-Clause
// A handshake every five seconds, and three seconds of patience: a filter that is silent, absent,
// deaf or foreign is named within ten seconds. One that hangs is found by the next canned message.
#include "policy/watch/filter_health.h"

#include <array>

namespace spillway {

namespace {

constexpr double kHandshakeInterval = 5;  // seconds
constexpr double kSilentAfter = 2;        // seconds; eight missed heartbeats

}  // namespace

std::string_view FilterStateName(FilterState state) {
  constexpr std::array<std::string_view, 7> kNames = {"unknown", "fine", "silent", "absent",
                                                      "deaf",    "hung", "foreign"};
  return kNames[static_cast<size_t>(state)];
}

FilterHealth::Due FilterHealth::Next(TimePoint now, bool shedding) const {
  if (!setting_.probe || under_way_) return Due::kNothing;
  const double interval = shedding ? setting_.shedding_interval : setting_.idle_interval;
  if (InSeconds(now - message_) >= interval) return Due::kMessage;
  return InSeconds(now - handshake_) >= kHandshakeInterval ? Due::kHandshake : Due::kNothing;
}

void FilterHealth::Started(TimePoint now, Due due) {
  under_way_ = true;
  handshake_ = now;
  if (due == Due::kMessage) message_ = now;
}

void FilterHealth::Reported(const ProbeReport& report, Due due) {
  if (due == Due::kMessage) hung_ = report.result == ProbeResult::kHung;
  under_way_ = false;
  seen_ = true;
  last_ = report;
}

FilterState FilterHealth::Judge(double silence, bool foreign) const {
  if (seen_) {
    switch (last_.result) {
      case ProbeResult::kAbsent:
        return FilterState::kAbsent;
      case ProbeResult::kDeaf:
        return FilterState::kDeaf;
      case ProbeResult::kForeign:
        return FilterState::kForeign;
      case ProbeResult::kHung:
        return FilterState::kHung;
      case ProbeResult::kFine:
        break;
    }
  }
  if (hung_) return FilterState::kHung;
  if (foreign) return FilterState::kForeign;
  if (silence > kSilentAfter)
    return seen_ || silence < 1e8 ? FilterState::kSilent : FilterState::kUnknown;
  return FilterState::kFine;
}

}  // namespace spillway
