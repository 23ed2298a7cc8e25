// SPDX-License-Identifier: BSD-2-Clause
// The policy daemon's own round, four times a second: follow the telemetry, tick the law, probe the
// filter, keep the journal, and now and then save what was learned. One thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <optional>

#include "conf/config.h"
#include "milter/base/log.h"
#include "policy/decision.h"
#include "policy/health.h"
#include "policy/journal.h"
#include "policy/memory_file.h"
#include "policy/watcher.h"

namespace spillway {

class Keeper {
 public:
  // Reads the memory file; a damaged one is said in the log. `slots`: see slots.h.
  Keeper(boost::asio::io_context& io, const Config& config, double slots, const Clock& clock,
         Log& log);

  // Starts the rounds; they go on as long as the io_context runs.
  void Start() { Round(); }
  // The answer to one policy request.
  std::string_view Answer(const PolicyRequest& request);
  void Order(const Override& order, const std::string& text);
  // Begins to write the memory file, and the learned devices for the filter, beside what goes on;
  // the end of the write is waited for by the next, and by WaitForSave().
  void Save();
  void WaitForSave();

  Gate& gate() { return gate_; }
  Watcher& watcher() { return watcher_; }
  const Journal& journal() const { return journal_; }
  FilterState filter() const { return filter_; }
  const Health& health() const { return health_; }
  TimePoint now() const { return clock_.Now(); }
  int64_t wall() const { return clock_.UnixSeconds(); }

 private:
  void Round();
  void Look();
  void JudgeFilter();
  void MaybeProbe();
  void NoteState();
  void LogCounters();

  const Config& config_;
  const Clock& clock_;
  Log& log_;
  const std::string memory_path_;
  const std::string devices_path_;
  LoadedMemory loaded_;
  Watcher watcher_;
  Gate gate_;
  Decider decider_;
  Journal journal_;
  Health health_;
  std::optional<Probe> probe_;
  FilterState filter_ = FilterState::kUnknown;
  TimePoint counters_logged_;
  TimePoint saved_;
  std::future<void> saving_;
  boost::asio::steady_timer timer_;
};

}  // namespace spillway
