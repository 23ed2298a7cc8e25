// SPDX-License-Identifier: BSD-2-Clause
// The writer's side of the telemetry: lock-free, never blocks, never fails a message.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "milter/base/clock.h"
#include "milter/base/server_figures.h"
#include "milter/telemetry/advice.h"
#include "milter/telemetry/snapshot.h"

namespace spillway {

// Thread-safe after construction.
class Recorder {
 public:
  // Makes the file anew at `path`, one generation after the one that is there. Throws
  // std::system_error, naming the path, when it cannot.
  Recorder(const std::string& path, const std::vector<std::string>& checks,
           std::chrono::milliseconds budget, TimePoint now);
  // Leaves the file: what is in the queue is still to be read.
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // A message enters the filter's hands. The handle goes to Leave(); -1 when no slot was free.
  int Enter(TimePoint start);
  void Leave(int handle);
  void Push(const telemetry::Record& record);
  void Beat(TimePoint now) {
    region_->heartbeat.store(Nanoseconds(now), std::memory_order_release);
  }
  std::atomic<uint64_t>& counter(telemetry::Counter counter) {
    return region_->counters[static_cast<size_t>(counter)];
  }
  void Count(telemetry::Counter which) { counter(which).fetch_add(1, std::memory_order_relaxed); }
  // Shows the figures of a server, which are those of `check`. One thread at a time; servers beyond
  // telemetry::kMaxServers are left out.
  void Show(std::string_view check, const ServerFigures& figures);
  // nullopt: spillway-policyd says nothing.
  std::optional<telemetry::Advice> Advice(TimePoint now) const {
    return telemetry::UnpackAdvice(region_->advice.load(std::memory_order_relaxed), now);
  }
  uint64_t generation() const { return region_->preamble.generation; }

 private:
  // Null: there is no room.
  telemetry::ServerRow* RowOf(std::string_view check, const std::string& name);

  telemetry::Region* region_ = nullptr;
  std::atomic<unsigned> next_slot_{0};
};

}  // namespace spillway
