// SPDX-License-Identifier: BSD-2-Clause
// The incident journal: a line of JSON for each change of state, in a file that outlives restarts.
// An incident begins with the first change away from healthy and ends with the return to it.
#pragma once

#include <fstream>
#include <map>
#include <string>

#include "milter/base/json.h"
#include "policy/law/shedder.h"
#include "policy/watch/bottleneck.h"

namespace spillway {

// What is noted of a moment.
struct Moment {
  const LimiterState& state;
  const ShedderCounts& counts;
  const Bottleneck& bottleneck;
  double held = 0, in_filter = 0, slots = 0;  // SMTP processes busy, messages, SMTP processes
  int64_t wall = 0;                           // Unix seconds
};

class Journal {
 public:
  static constexpr size_t kMaxBytes = 4 << 20;  // then the file becomes FILE.1

  // Appends to `path`. When the file cannot be written, error() says why, and the daemon goes on.
  explicit Journal(std::string path);
  // The daemon was down for a moment only: an incident that the file leaves open goes on. `wall`:
  // now, Unix seconds.
  void Continue(int64_t wall);
  // The daemon stops, and the incident, if there is one, goes on.
  void Leave(const Moment& moment);

  // Notes the state when it differs from the last noted; returns a line for the log, empty for
  // none.
  std::string Note(const Moment& moment);
  // The incident as it is now, as a line of the journal that is not written; empty while healthy.
  // `largest`: the clients that were refused most and are not back.
  std::string Now(const Moment& moment, const std::string& largest) const;
  // An event of another kind: a filter that went away, an order of the administrator.
  void NoteEvent(const std::string& event, const std::string& text, int64_t wall);
  // Once a look: the incident's peaks.
  void Watch(const LimiterState& state, double sessions);

  // The end of the file, whole lines, at most `limit` octets.
  std::string Tail(size_t limit) const;
  const std::string& incident() const { return incident_; }
  const std::string& error() const { return error_; }

 private:
  void Append(const std::string& line);
  Json Line(const Moment& moment) const;
  bool NotSeenYet(const Moment& moment) const;
  static double Drain(const Json& line, const LimiterState& state);
  void AddCounts(Json& line, const ShedderCounts& counts) const;

  const std::string path_;
  std::string error_;
  std::string incident_;  // identifier; empty while healthy
  Regime last_ = Regime::kHealthy;
  int64_t began_ = 0;
  double peak_mean_ = 0;
  double peak_sessions_ = 0;
  ShedderCounts at_start_;
  // What a daemon before this one has counted of the incident.
  std::map<std::string, double> before_;
  int64_t continued_ = 0;  // since when, Unix seconds; 0: not continued
};

// "2026-11-24T21:30:00Z".
std::string IsoTime(int64_t wall);

}  // namespace spillway
