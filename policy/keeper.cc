// SPDX-License-Identifier: BSD-2-Clause
// Nothing here decides: the gate does, and health.h names what is wrong with the filter.
#include "policy/keeper.h"

#include <random>

#include "conf/learned_devices.h"
#include "conf/options.h"
#include "milter/base/replace_file.h"
#include "policy/answer.h"

namespace spillway {

namespace {

constexpr auto kRound = std::chrono::milliseconds(250);
constexpr auto kCountersEvery = std::chrono::seconds(10);
constexpr auto kSaveEvery = std::chrono::seconds(60);
constexpr int64_t kLimitAge = 300;  // seconds; older ones say nothing of now
constexpr auto kVerdictSlack = std::chrono::seconds(2);

uint64_t RandomSeed() {
  std::random_device random;
  return (static_cast<uint64_t>(random()) << 32) | random();
}

Clients::Options ClientOptions(const Config& config, uint64_t seed) {
  return {.capacity = static_cast<size_t>(config.admission.remember),
          .lists = ClientLists(config),
          .seed = seed != 0 ? seed : RandomSeed()};
}

}  // namespace

Keeper::Keeper(boost::asio::io_context& io, const Config& config, double slots, const Clock& clock,
               Log& log)
    : config_(config),
      clock_(clock),
      log_(log),
      memory_path_(config.admission.state_dir + "/memory"),
      devices_path_(LearnedDevicesPath(config.telemetry.file)),
      loaded_(LoadMemory(memory_path_)),
      watcher_(config.telemetry.file),
      gate_({.budget = InSeconds(config.budget.per_message),
             .slots = slots,
             .required = AnyRequired(config)},
            loaded_.memory.learned, ClientOptions(config, loaded_.memory.seed)),
      decider_(gate_),
      journal_(config.admission.state_dir + "/journal.jsonl"),
      health_({.idle_interval = InSeconds(config.admission.probe_idle),
               .shedding_interval = InSeconds(config.admission.probe_shedding),
               .probe = config.admission.probe}),
      counters_logged_(clock.Now()),
      saved_(clock.Now()),
      timer_(io) {
  if (!loaded_.error.empty()) log_.Warning(loaded_.error);
  gate_.clients().Restore(loaded_.memory.clients, wall());
  const int64_t age = wall() - loaded_.memory.saved;
  if (loaded_.memory.limit > 0 && age >= 0 && age < kLimitAge) {
    log_.Warning("going on with the limit of " + std::to_string(age) + " s ago");
    gate_.Resume(loaded_.memory.limit, now());
  }
  loaded_ = {};
  const auto filter = Endpoint::Parse(config.milter.socket);
  if (filter && filter->kind != Endpoint::Kind::kFd) probe_.emplace(io, *filter, clock);
}

void Keeper::Round() {
  Look();
  timer_.expires_after(kRound);
  timer_.async_wait([this](boost::system::error_code stopped) {
    if (!stopped) Round();
  });
}

void Keeper::Look() {
  const bool healthy = gate_.controller().state().regime == Regime::kHealthy;
  if (watcher_.Follow(healthy)) {
    const telemetry::Preamble& preamble = watcher_.reader().preamble();
    log_.Info("filter seen: pid " + std::to_string(preamble.pid) + ", generation " +
              std::to_string(preamble.generation));
  }
  gate_.Tick(now(), watcher_.TakeLook(now()));
  JudgeFilter();
  MaybeProbe();
  NoteState();
  const bool idle =
      !saving_.valid() || saving_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  if (idle && now() - saved_ > kSaveEvery) Save();
}

void Keeper::JudgeFilter() {
  const bool foreign = watcher_.reader().error().find("not a telemetry file") != std::string::npos;
  const FilterState state = health_.Judge(watcher_.Silence(now()), foreign);
  if (state == filter_) return;
  const std::string text = "filter=" + std::string(FilterStateName(state)) +
                           " was=" + std::string(FilterStateName(filter_));
  if (state == FilterState::kFine)
    log_.Info(text);
  else
    log_.Error(text + (watcher_.reader().error().empty() ? "" : ": " + watcher_.reader().error()));
  journal_.NoteEvent("filter " + std::string(FilterStateName(state)), text, wall());
  filter_ = state;
}

void Keeper::MaybeProbe() {
  if (!probe_) return;
  const Health::Due due = health_.Next(now(), gate_.limited());
  if (due == Health::Due::kNothing) return;
  health_.Started(now(), due);
  probe_->Run(due == Health::Due::kMessage, config_.budget.per_message + kVerdictSlack,
              [this, due](const ProbeReport& report) {
                health_.Reported(report, due);
                JudgeFilter();
              });
}

void Keeper::NoteState() {
  const ControlState& state = gate_.controller().state();
  const double sessions = watcher_.Sessions();
  journal_.Watch(state, sessions);
  Culprit culprit;
  if (watcher_.reader().mapped()) culprit = watcher_.culprits().Find(watcher_.reader().preamble());
  // Messages that are still stuck have told nothing of their checks yet.
  if (culprit.check_seconds < state.mean / 4) culprit.check.clear();
  const std::string line = journal_.Note(state, gate_.counts(), culprit, sessions, wall());
  if (!line.empty()) log_.Warning(line);
  if (!journal_.error().empty())
    log_.Limited(LogLevel::kError, "journal", "journal: " + journal_.error(), now());
  if (state.regime != Regime::kHealthy && now() - counters_logged_ > kCountersEvery) LogCounters();
}

void Keeper::LogCounters() {
  counters_logged_ = now();
  const GateCounts& counts = gate_.counts();
  log_.Info("state=" + std::string(RegimeName(gate_.controller().state().regime)) + " asked=" +
            std::to_string(counts.asked) + " refused=" + std::to_string(counts.refused) +
            " came_back=" + std::to_string(counts.came_back) +
            " limit=" + std::to_string(static_cast<int64_t>(gate_.limit())) +
            " sessions=" + std::to_string(static_cast<int64_t>(watcher_.Sessions())));
}

std::string_view Keeper::Answer(const PolicyRequest& request) {
  if (!config_.admission.enabled) return kAnswerDunno;
  if (Health::Gone(filter_) && probe_) {
    const bool defer = config_.admission.filter_absent == "defer" &&
                       request.Get("protocol_state") == "CONNECT" &&
                       !Decider::ExemptAtConnect(request) && filter_ == FilterState::kAbsent;
    return defer ? kAnswerRefuseSession : kAnswerDunno;
  }
  return decider_.Answer(request, watcher_.Sessions(), now(), wall());
}

void Keeper::Order(const Override& order, const std::string& text) {
  gate_.Order(order);
  log_.Warning("ordered by spillwayctl: " + text);
  journal_.NoteEvent("order", text, wall());
}

void Keeper::Save() {
  saved_ = now();
  WaitForSave();
  const Controller& controller = gate_.controller();
  Memory memory{.seed = gate_.clients().seed(),
                .learned = controller.learned(),
                .limit = controller.limiting() ? controller.state().limit : 0,
                .saved = wall(),
                .clients = gate_.clients().Records()};
  std::string devices = FormatLearnedDevices(gate_.clients().LearnedDevices(wall()));
  // The disk may be slow, above all in an incident; Postfix must not wait for it.
  saving_ =
      std::async(std::launch::async, [path = memory_path_, devices_path = devices_path_,
                                      memory = std::move(memory), devices = std::move(devices)] {
        SaveMemory(path, memory);
        ReplaceFile(devices_path, devices, 0640);
      });
}

void Keeper::WaitForSave() {
  if (!saving_.valid()) return;
  try {
    saving_.get();
  } catch (const std::exception& error) {
    log_.Limited(LogLevel::kError, "memory", std::string("cannot save: ") + error.what(), now());
  }
}

}  // namespace spillway
