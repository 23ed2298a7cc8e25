// SPDX-License-Identifier: BSD-2-Clause
// The reader's side of the telemetry. It maps the file read-write, because taking a record out of
// the queue is a write, and for its advice to the filter; it changes nothing else. One reader at a
// time gets the records.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "milter/base/clock.h"
#include "milter/base/server_figures.h"
#include "milter/telemetry/advice.h"
#include "milter/telemetry/snapshot.h"

namespace spillway {

// Not thread-safe.
class TelemetryReader {
 public:
  explicit TelemetryReader(std::string path) : path_(std::move(path)) {}
  ~TelemetryReader();
  TelemetryReader(const TelemetryReader&) = delete;
  TelemetryReader& operator=(const TelemetryReader&) = delete;

  // Maps the file, or maps it again when a new writer has replaced it. When the file is missing or
  // of another version, an older mapping stays in use. False when nothing is mapped; `error()` says
  // why.
  bool Refresh();
  const std::string& error() const { return error_; }
  bool mapped() const { return region_ != nullptr; }

  // The following need mapped().
  // Takes at most `limit` records out of the queue. If that was damaged, nothing is mapped any more
  // until another writer comes, and error() says so.
  std::vector<telemetry::Record> Take(size_t limit);
  // Start times of the messages in flight, in no order.
  std::vector<int64_t> InFlight() const;
  uint64_t Value(telemetry::Counter counter) const;
  // Nanoseconds since the writer's last sign of life.
  int64_t Silence(TimePoint now) const;
  // The servers of the scanners: each with the name of its check. None while nothing is mapped.
  std::vector<std::pair<std::string, ServerFigures>> Servers() const;
  // Renews the advice to the filter.
  void Advise(const telemetry::Advice& advice, TimePoint now);
  // Its names end, and there are at most kMaxChecks.
  const telemetry::Preamble& preamble() const { return preamble_; }

 private:
  void Unmap();

  const std::string path_;
  std::string error_;
  telemetry::Region* region_ = nullptr;
  telemetry::Preamble preamble_;  // as it was when it was mapped
  uint64_t inode_ = 0;
};

}  // namespace spillway
