// SPDX-License-Identifier: BSD-2-Clause
// Assembles the daemon. The order of the variables is the order of the threads.
#include "milter/run.h"

#include <sysexits.h>
#include <systemd/sd-daemon.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "milter/libmilter/server.h"

namespace spillway {

namespace {

// Where the resolver's own counters go in the telemetry.
constexpr std::array<std::pair<telemetry::Counter, std::atomic<uint64_t> ResolverCounters::*>, 6>
    kDnsCounters = {{{telemetry::Counter::kDnsHits, &ResolverCounters::hits},
                     {telemetry::Counter::kDnsJoined, &ResolverCounters::joined},
                     {telemetry::Counter::kDnsAsked, &ResolverCounters::asked},
                     {telemetry::Counter::kDnsTimeouts, &ResolverCounters::timeouts},
                     {telemetry::Counter::kDnsFailures, &ResolverCounters::failures},
                     {telemetry::Counter::kDnsLimited, &ResolverCounters::limited}}};

// Four times a second: writes the heartbeat, the resolver's counters and the figures of the
// scanners to the telemetry, and reads again the list of devices that spillway-policyd has learned.
class Heartbeat {
 public:
  Heartbeat(Recorder& recorder, const CurrentGeneration& generation, const Clock& clock,
            LearnedDevices& devices)
      : recorder_(recorder),
        generation_(generation),
        clock_(clock),
        devices_(devices),
        thread_([this] { Run(); }) {}
  ~Heartbeat() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    stop_.notify_all();
    thread_.join();
  }
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

 private:
  static constexpr auto kInterval = std::chrono::milliseconds(250);

  void Run() {
    std::unique_lock lock(mutex_);
    while (!stop_.wait_for(lock, kInterval, [this] { return stopping_; })) Beat();
  }

  void Beat() {
    const GenerationPtr generation = generation_.Get();
    for (const auto& [counter, source] : kDnsCounters)
      recorder_.counter(counter).store(generation->dns().*source, std::memory_order_relaxed);
    for (const auto& check : generation->checks()) {
      for (const ServerFigures& figures : check->Servers()) recorder_.Show(check->name(), figures);
    }
    recorder_.Beat(clock_.Now());
    devices_.Refresh();
  }

  Recorder& recorder_;
  const CurrentGeneration& generation_;
  const Clock& clock_;
  LearnedDevices& devices_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

std::vector<std::string> Names(const CheckTypes& checks) {
  std::vector<std::string> names;
  for (const auto& check : checks) names.emplace_back(check->name());
  return names;
}

std::string NamesInOneLine(const CheckTypes& checks) {
  std::string line;
  for (const auto& check : checks) line += " " + std::string(check->name());
  return checks.empty() ? " none" : line;
}

}  // namespace

int RunMilter(const MilterParts& parts) {
  const CurrentGeneration generation(parts.generation);
  const Config& config = parts.generation->config();
  const CheckTypes& checks = parts.generation->checks();
  const Clock& clock = parts.clock;
  Recorder recorder(config.telemetry.file, Names(checks), config.budget.per_message, clock.Now());
  LearnedDevices devices(LearnedDevicesPath(config.telemetry.file));
  SessionShared shared{generation, devices, clock, parts.log, recorder, {}};
  bool served = false;
  {
    const Heartbeat heartbeat(recorder, generation, clock, devices);
    parts.log.Info("started: version " SPILLWAY_VERSION ", listening on " + config.milter.socket +
                   ", authserv-id " + config.milter.authserv_id + ", checks" +
                   NamesInOneLine(checks) + ", generation " +
                   std::to_string(recorder.generation()));
    sd_notify(0, "READY=1");
    served = ServeMilter(parts.listener, shared);
    sd_notify(0, "STOPPING=1");
  }
  parts.log.Info(served ? "stopped" : "libmilter failed");
  return served ? EX_OK : EX_UNAVAILABLE;
}

}  // namespace spillway
