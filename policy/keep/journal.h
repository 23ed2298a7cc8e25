// SPDX-License-Identifier: BSD-2-Clause
// The incident journal: a line of JSON for each change of state, in a file that outlives restarts.
// An incident begins with the first change away from healthy and ends with the return to it.
#pragma once

#include <fstream>
#include <string>

#include "policy/law/shedder.h"
#include "policy/watch/bottleneck.h"

namespace spillway {

class Journal {
 public:
  static constexpr size_t kMaxBytes = 4 << 20;  // then the file becomes FILE.1

  // Appends to `path`. When the file cannot be written, error() says why, and the daemon goes on.
  explicit Journal(std::string path);

  // Notes `state` when it differs from the last noted; returns a line for the log, empty for none.
  // `wall` in Unix seconds.
  std::string Note(const LimiterState& state, const ShedderCounts& counts,
                   const Bottleneck& bottleneck, double sessions, int64_t wall);
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

  const std::string path_;
  std::string error_;
  std::string incident_;  // identifier; empty while healthy
  Regime last_ = Regime::kHealthy;
  int64_t began_ = 0;
  double peak_mean_ = 0;
  double peak_sessions_ = 0;
  ShedderCounts at_start_;
};

// "2026-11-24T21:30:00Z".
std::string IsoTime(int64_t wall);

}  // namespace spillway
