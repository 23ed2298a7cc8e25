// SPDX-License-Identifier: BSD-2-Clause
// The shedder decides whom to refuse, and filter_health.h names what is wrong with the filter.
// Answer() decides by itself only when [admission] is off or the filter is gone (filter_absent).
#include "policy/policyd.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "milter/base/replace_file.h"
#include "milter/client/learned_devices.h"
#include "policy/serve/metrics.h"
#include "policy/serve/reply.h"
#include "policy/serve/site.h"

namespace spillway {

namespace {

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

Policyd::Policyd(boost::asio::io_context& io, const Config& config, double slots,
                 const Clock& clock, Log& log)
    : config_(config),
      clock_(clock),
      log_(log),
      memory_path_(config.admission.state_dir + "/memory"),
      devices_path_(LearnedDevicesPath(config.telemetry.file)),
      loaded_(LoadState(memory_path_)),
      follower_(config.telemetry.file),
      shedder_({.budget = InSeconds(config.budget.per_message),
                .slots = slots,
                .mandatory = AnyMandatory(config)},
               loaded_.state.learned, ClientOptions(config, loaded_.state.seed),
               InSeconds(config.budget.least)),
      stages_(shedder_),
      journal_(config.admission.state_dir + "/journal.jsonl"),
      health_({.idle_interval = InSeconds(config.admission.probe_idle),
               .shedding_interval = InSeconds(config.admission.probe_shedding),
               .probe = config.admission.probe}),
      sockets_(FindSmtpPorts()),
      slots_(slots),
      counters_logged_(clock.Now()),
      saved_(clock.Now()),
      timer_(io) {
  if (!loaded_.error.empty()) log_.Warning(loaded_.error);
  shedder_.clients().Restore(loaded_.state.clients, wall());
  const int64_t age = wall() - loaded_.state.saved;
  if (loaded_.state.limit > 0 && age >= 0 && age < kLimitAge) {
    log_.Warning("going on with the limit of " + std::to_string(age) + " s ago");
    shedder_.Resume(loaded_.state.limit, now());
  }
  if (age >= 0 && age < kLimitAge) journal_.Continue(wall());
  loaded_ = {};
  const auto filter = Endpoint::Parse(config.milter.socket);
  if (filter && filter->kind != Endpoint::Kind::kFd) probe_.emplace(io, *filter, clock);
}

void Policyd::Round() {
  Tick();
  timer_.expires_after(kTick);
  timer_.async_wait([this](boost::system::error_code stopped) {
    if (!stopped) Round();
  });
}

void Policyd::Tick() {
  const bool healthy = shedder_.limiter().state().regime == Regime::kHealthy;
  if (follower_.Follow(healthy)) {
    const telemetry::Preamble& preamble = follower_.reader().preamble();
    log_.Info("filter seen: pid " + std::to_string(preamble.pid) + ", generation " +
              std::to_string(preamble.generation));
  }
  for (const auto& [client, mail, deferred] : follower_.TakeEnded())
    shedder_.clients().Ended({.address = client, .mail = mail}, deferred, wall());
  Look look = follower_.TakeLook(now());
  queue_ = sockets_.Queue();
  const double wait = door_.Update(now(), queue_.waiting, queue_.most, follower_.Connections());
  look.door = queue_.most > 0 ? wait : -1;
  shedder_.Tick(now(), look);
  Advise();
  JudgeFilter();
  LogSlots();
  MaybeProbe();
  NoteState();
  const bool idle =
      !saving_.valid() || saving_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  if (idle && now() - saved_ > kSaveEvery) Save();
}

// Renewed every round, because the filter does not follow old advice.
void Policyd::Advise() {
  constexpr double kThousandths = 1000;
  const double budget = shedder_.budget().value();
  const double share = shedder_.brownout().share();
  if (config_.admission.enabled)
    follower_.Advise({.budget = std::chrono::milliseconds(std::lround(budget * kThousandths)),
                      .without = static_cast<unsigned>(std::lround(share * kThousandths))},
                     now());
  LogAdvice();
}

// When it begins and when it ends.
void Policyd::LogAdvice() {
  const EffectiveBudget& budget = shedder_.budget();
  const Brownout& brownout = shedder_.brownout();
  const std::string full = FormatFigure(InSeconds(config_.budget.per_message)) + "s";
  if (budget.shortened() != std::exchange(shortened_, budget.shortened())) {
    log_.Info(!shortened_ ? "budget=" + full + ": whole again"
                          : "budget=" + FormatFigure(budget.value()) + "s of " + full +
                                " for checks whose lateness is accepted: " +
                                FormatFigure(budget.arrivals()) + " messages/s");
  }
  const bool any = brownout.share() > 0;
  if (any != std::exchange(brownout_, any)) {
    log_.Info(!any ? "brownout: ended"
                   : "brownout: messages wait " + FormatFigure(brownout.wait()) +
                         "s for processor time, and go without checks of [budget] drop_first");
  }
}

// What of the slots has nothing to do with the filter, said in these words.
void Policyd::LogSlots() {
  const Slots& slots = shedder_.slots();
  if (slots.count() != std::exchange(slots_, slots.count())) {
    log_.Warning("slots: told " + FormatFigure(slots.told()) + ", seen " +
                 FormatFigure(slots.count()) + ": going by what is seen; see [admission] slots");
  }
  const bool idle = shedder_.crowded_by_idle();
  if (idle == std::exchange(idle_, idle)) return;
  const std::string held =
      FormatFigure(follower_.Sessions()) + " of " + FormatFigure(slots.count()) + " SMTP processes";
  if (!idle) return log_.Info("slots: " + held + " busy, no longer nearly all");
  const std::string text = held + " busy, " + FormatFigure(shedder_.in_filter()) +
                           " of them in the filter: clients hold them that send no message; "
                           "nobody is refused but who holds a fifth";
  log_.Warning("slots: " + text);
  journal_.NoteEvent("slots held", text, wall());
}

// A filter that does not respond does not tell what it holds; the kernel does.
double Policyd::Held() const {
  return shedder_.responds() ? follower_.Sessions() : held_elsewhere_;
}

// Who holds a fifth of the slots while clients that send nothing hold nearly all of them.
bool Policyd::Floods(const PolicyRequest& request) const {
  if (!shedder_.crowded_by_idle() || Stages::ExemptAtConnect(request)) return false;
  const auto address = Ip::Parse(request.Get("client_address"));
  return sockets_.ConnectionsFrom(*address) >
         std::max(2.0, Constants().harm * shedder_.slots().count());
}

void Policyd::JudgeFilter() {
  const bool foreign = follower_.reader().error().find("not a telemetry file") != std::string::npos;
  const FilterState state = health_.Judge(follower_.Silence(now()), foreign);
  shedder_.FilterResponds(!FilterHealth::Unresponsive(state));
  if (!shedder_.responds())
    held_elsewhere_ = std::max(0.0, sockets_.Connections() - queue_.waiting);
  if (state == filter_) return;
  const std::string text = "filter=" + std::string(FilterStateName(state)) +
                           " was=" + std::string(FilterStateName(filter_));
  if (state == FilterState::kFine)
    log_.Info(text);
  else
    log_.Error(text +
               (follower_.reader().error().empty() ? "" : ": " + follower_.reader().error()));
  journal_.NoteEvent("filter " + std::string(FilterStateName(state)), text, wall());
  filter_ = state;
}

void Policyd::MaybeProbe() {
  if (!probe_) return;
  const FilterHealth::Due due = health_.Next(now(), shedder_.limited());
  if (due == FilterHealth::Due::kNothing) return;
  health_.Started(now(), due);
  probe_->Run(due == FilterHealth::Due::kMessage, config_.budget.per_message + kVerdictSlack,
              [this, due](const ProbeReport& report) {
                health_.Reported(report, due);
                JudgeFilter();
              });
}

void Policyd::NoteState() {
  const LimiterState& state = shedder_.limiter().state();
  journal_.Watch(state, follower_.Sessions());
  bottleneck_ = FindBottleneck();
  const std::string line = journal_.Note(ThisMoment());
  if (!line.empty()) log_.Warning(line);
  if (!journal_.error().empty())
    log_.Limited(LogLevel::kError, "journal", "journal: " + journal_.error(), now());
  if (state.regime != Regime::kHealthy && now() - counters_logged_ > kCountersEvery) LogCounters();
}

Bottleneck Policyd::FindBottleneck() const {
  Bottleneck bottleneck;
  if (follower_.reader().mapped())
    bottleneck = follower_.bottlenecks().Find(follower_.reader().preamble());
  // Messages that are still in flight have left no record of their checks yet.
  if (bottleneck.check_seconds < shedder_.limiter().state().mean / 4) bottleneck.check.clear();
  return bottleneck;
}

Moment Policyd::ThisMoment() const {
  return {.state = shedder_.limiter().state(),
          .counts = shedder_.counts(),
          .bottleneck = bottleneck_,
          .held = follower_.Sessions(),
          .in_filter = shedder_.in_filter(),
          .slots = shedder_.slots().count(),
          .wall = wall()};
}

std::string Policyd::IncidentNow() const {
  constexpr size_t kClients = 3;
  std::vector<ClientRecord> records = shedder_.clients().Records();
  std::erase_if(records, [](const ClientRecord& record) { return record.refusals == 0; });
  const size_t shown = std::min(kClients, records.size());
  std::partial_sort(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(shown),
                    records.end(),
                    [](const auto& a, const auto& b) { return a.refusals > b.refusals; });
  std::string largest;
  for (size_t i = 0; i < shown; ++i)
    largest +=
        (i == 0 ? "" : ", ") + records[i].Name() + " (" + std::to_string(records[i].refusals) + ")";
  return journal_.Now(ThisMoment(), largest);
}

std::string Policyd::AsScenario(const std::string& check) const {
  return SiteAsScenario(
      {.config = config_, .shedder = shedder_, .follower = follower_, .backlog = queue_.most},
      check);
}

void Policyd::Stop() {
  journal_.Leave(ThisMoment());
  Save();
  WaitForSave();
}

void Policyd::LogCounters() {
  counters_logged_ = now();
  const ShedderCounts& counts = shedder_.counts();
  log_.Info("state=" + std::string(RegimeName(shedder_.limiter().state().regime)) + " asked=" +
            std::to_string(counts.asked) + " refused=" + std::to_string(counts.refused) +
            " came_back=" + std::to_string(counts.came_back) +
            " limit=" + std::to_string(static_cast<int64_t>(shedder_.limit())) +
            " sessions=" + std::to_string(static_cast<int64_t>(follower_.Sessions())));
}

std::string_view Policyd::Answer(const PolicyRequest& request) {
  if (!config_.admission.enabled) return kReplyDunno;
  if (FilterHealth::Gone(filter_) && probe_) {
    const bool defer = config_.admission.filter_absent == "defer" &&
                       request.Get("protocol_state") == "CONNECT" &&
                       !Stages::ExemptAtConnect(request) && filter_ == FilterState::kAbsent;
    return defer ? kReplyRefuseSession : kReplyDunno;
  }
  const bool connect = request.Get("protocol_state") == "CONNECT";
  if (connect && Floods(request)) return kReplyRefuseSession;
  const std::string_view answer = stages_.Answer(request, Held(), now(), wall());
  // Until the next round counts.
  if (connect && answer == kReplyDunno) ++held_elsewhere_;
  return answer;
}

void Policyd::Order(const Override& order, const std::string& text) {
  shedder_.Order(order);
  log_.Warning("ordered by spillwayctl: " + text);
  journal_.NoteEvent("order", text, wall());
}

void Policyd::Save() {
  saved_ = now();
  WaitForSave();
  const Limiter& limiter = shedder_.limiter();
  SavedState state{.seed = shedder_.clients().seed(),
                   .learned = limiter.learned(),
                   .limit = limiter.limiting() ? limiter.state().limit : 0,
                   .saved = wall(),
                   .clients = shedder_.clients().Records()};
  std::string devices = FormatLearnedDevices(shedder_.clients().LearnedDevices(wall()));
  // The disk may be slow, above all in an incident; Postfix must not wait for it.
  saving_ =
      std::async(std::launch::async, [path = memory_path_, devices_path = devices_path_,
                                      state = std::move(state), devices = std::move(devices)] {
        SaveState(path, state);
        ReplaceFile(devices_path, devices, 0640);
      });
}

void Policyd::WaitForSave() {
  if (!saving_.valid()) return;
  try {
    saving_.get();
  } catch (const std::exception& error) {
    log_.Limited(LogLevel::kError, "memory", std::string("cannot save: ") + error.what(), now());
  }
}

}  // namespace spillway
