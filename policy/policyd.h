// SPDX-License-Identifier: BSD-2-Clause
// The policy daemon's own round, every kTick: follow the telemetry, tick the law, probe the
// filter, keep the journal, and now and then save what was learned. One thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <optional>

#include "conf/config.h"
#include "milter/base/log.h"
#include "policy/keep/journal.h"
#include "policy/keep/state_file.h"
#include "policy/law/door_wait.h"
#include "policy/serve/stages.h"
#include "policy/watch/filter_health.h"
#include "policy/watch/smtp_sockets.h"
#include "policy/watch/telemetry_follower.h"

namespace spillway {

class Policyd {
 public:
  // Reads the memory file; a damaged file is reported in the log. `slots`: see process_limit.h.
  Policyd(boost::asio::io_context& io, const Config& config, double slots, const Clock& clock,
          Log& log);

  // Starts the rounds; they go on as long as the io_context runs.
  void Start() { Round(); }
  // The answer to one policy request.
  std::string_view Answer(const PolicyRequest& request);
  void Order(const Override& order, const std::string& text);
  // The incident as it is now, as a line of the journal; empty while healthy.
  std::string IncidentNow() const;
  // See SiteAsScenario().
  std::string AsScenario(const std::string& check) const;
  // Keeps what was learned, for the next start.
  void Stop();

  Shedder& shedder() { return shedder_; }
  TelemetryFollower& follower() { return follower_; }
  const Journal& journal() const { return journal_; }
  FilterState filter() const { return filter_; }
  const FilterHealth& health() const { return health_; }
  // SMTP slots that are held now.
  double Held() const;
  TimePoint now() const { return clock_.Now(); }
  int64_t wall() const { return clock_.UnixSeconds(); }

 private:
  // Starts to write the memory file, and the learned devices for the filter, in the background.
  // The next Save(), and WaitForSave(), wait until that write has ended.
  void Save();
  void WaitForSave();
  void Round();
  void Tick();
  bool Floods(const PolicyRequest& request) const;
  void Advise();
  void LogAdvice();
  void LogSlots();
  void JudgeFilter();
  void MaybeProbe();
  void NoteState();
  Bottleneck FindBottleneck() const;
  Moment ThisMoment() const;
  void LogCounters();

  const Config& config_;
  const Clock& clock_;
  Log& log_;
  const std::string memory_path_;
  const std::string devices_path_;
  LoadedState loaded_;
  TelemetryFollower follower_;
  Shedder shedder_;
  Stages stages_;
  Journal journal_;
  Bottleneck bottleneck_;  // as of the last round
  FilterHealth health_;
  const SmtpSockets sockets_;
  DoorWait door_{Constants()};
  SmtpQueue queue_;            // as of the last round
  double held_elsewhere_ = 0;  // slots, as of the last round, where the filter does not tell
  std::optional<Probe> probe_;
  bool shortened_ = false;  // the budget, as last logged
  bool brownout_ = false;   // the same
  bool idle_ = false;       // slots held by clients that send nothing, the same
  double slots_ = 0;        // the same
  FilterState filter_ = FilterState::kUnknown;
  TimePoint counters_logged_;
  TimePoint saved_;
  std::future<void> saving_;
  boost::asio::steady_timer timer_;
};

}  // namespace spillway
