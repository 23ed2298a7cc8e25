// SPDX-License-Identifier: BSD-2-Clause
// A judge sees only what it would see on a real gateway: completions and sessions, not the inside
// of the plant.
#include "policy/sim/judges.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "policy/sim/senders.h"

namespace spillway::sim {

namespace {

Config Devices() {
  Config config;
  config.clients.internal = {"10.0.0.0/8"};
  config.clients.cannot_retry = {"10.1.0.0/16"};
  return config;
}

class Ours final : public Judge {
 public:
  explicit Ours(const Scenario& s) : scenario_(s) {
    Make({});
    KnowServers();
  }

  Answer Ask(const ClientId& client, double held, double now) override {
    if (shedder_->Admit(client, held, At(now), Wall(now))) return Answer::kAdmit;
    return shedder_->mild(held) ? Answer::kRefuseMessage : Answer::kRefuseSession;
  }
  bool CannotRetry(const ClientId& client, double now) const override {
    return shedder_->clients().Look(client, Wall(now)).tier == Tier::kCannotRetry;
  }
  void Ended(const ClientId& client, bool deferred, double now) override {
    shedder_->clients().Ended(client, deferred, Wall(now));
  }
  void Tick(const Look& look, double now) override { shedder_->Tick(At(now), look); }
  bool limiting() const override { return shedder_->limited(); }
  Advice advice() const override {
    return {.budget = shedder_->budget().value(), .reduced = shedder_->brownout().share()};
  }
  void Restart(double now) override {
    const Limiter& limiter = shedder_->limiter();
    const std::vector<ClientRecord> clients = shedder_->clients().Records();
    const std::optional<double> limit =
        limiter.limiting() ? std::optional(limiter.state().limit) : std::nullopt;
    Make(Learned(limiter.learned()));
    shedder_->clients().Restore(clients, Wall(now));
    if (limit) shedder_->Resume(*limit, At(now));
  }

 private:
  static int64_t Wall(double now) { return static_cast<int64_t>(now) + 1'700'000'000; }
  void Make(const Learned& learned) {
    shedder_ =
        std::make_unique<Shedder>(Limiter::Setting{.budget = InSeconds(scenario_.budget),
                                                   .slots = scenario_.ToldSlots(),
                                                   .mandatory = scenario_.on_timeout != "accept"},
                                  learned,
                                  Clients::Options{.capacity = 65536,
                                                   .lists = ClientLists(Devices()),
                                                   .seed = static_cast<uint64_t>(scenario_.seed)},
                                  0, scenario_.law);
  }

  // Mail servers have been here before.
  void KnowServers() {
    Clients& clients = shedder_->clients();
    const Hosts hosts(static_cast<size_t>(scenario_.mtas));
    for (const Host& host : hosts.all()) {
      if (host.group() != Group::kServers) continue;
      for (const double day : {-3, -2, -1}) {
        const ClientId client{host.address, host.user};
        clients.Admitted(client, Wall(day * 86400));
        clients.Ended(client, false, Wall(day * 86400));
      }
    }
  }

  const Scenario& scenario_;
  std::unique_ptr<Shedder> shedder_;
};

// Others do not tell the filter anything.
class Other : public Judge {
 public:
  Advice advice() const override { return {.budget = std::numeric_limits<double>::infinity()}; }
};

class NoControl final : public Other {
 public:
  Answer Ask(const ClientId&, double, double) override { return Answer::kAdmit; }
  void Tick(const Look&, double) override {}
  bool limiting() const override { return false; }
};

class OnlyDevices final : public Other {
 public:
  // Until then everybody; virtual seconds.
  explicit OnlyDevices(double from) : from_(from) {}
  Answer Ask(const ClientId& client, double, double now) override {
    if (now < from_) return Answer::kAdmit;
    return CannotRetry(client, now) ? Answer::kAdmit : Answer::kRefuseSession;
  }
  void Tick(const Look&, double) override {}
  bool limiting() const override { return false; }

 private:
  const double from_;
};

class Fixed final : public Other {
 public:
  explicit Fixed(double limit) : limit_(limit) {}
  Answer Ask(const ClientId&, double held, double) override {
    return held < limit_ ? Answer::kAdmit : Answer::kRefuseSession;
  }
  void Tick(const Look&, double) override {}
  bool limiting() const override { return false; }

 private:
  const double limit_;
};

// Refuses everybody while slow. A mean of the last ten seconds' completions stands for the p90.
class OnOff final : public Other {
 public:
  explicit OnOff(double normal) : normal_(normal) {}
  Answer Ask(const ClientId&, double, double) override {
    return on_ ? Answer::kRefuseSession : Answer::kAdmit;
  }
  void Tick(const Look& look, double now) override {
    samples_.Add(At(now), look);
    const SampleSums sums = samples_.Since(At(now - 10));
    const double mean = sums.completed > 0 ? sums.busy / sums.completed : 0;
    if (mean > 3 * normal_) on_ = true;
    if (mean < 1.5 * normal_) on_ = false;
  }
  bool limiting() const override { return on_; }

 private:
  const double normal_;
  Samples samples_;
  bool on_ = false;
};

class RefuseLoadAverage final : public Other {
 public:
  explicit RefuseLoadAverage(double processors) : limit_(12 * processors) {}
  Answer Ask(const ClientId&, double, double) override {
    return on_ ? Answer::kRefuseSession : Answer::kAdmit;
  }
  void Tick(const Look& look, double now) override {
    load_ +=
        (static_cast<double>(look.ages.size()) - load_) * (1 - std::exp(-InSeconds(kTick) / 60));
    if (now < next_) return;
    next_ = now + 15;
    on_ = load_ > limit_;
  }
  bool limiting() const override { return on_; }

 private:
  const double limit_;
  double load_ = 0;
  double next_ = 0;
  bool on_ = false;
};

class Gradient2 final : public Other {
 public:
  explicit Gradient2(double slots) : slots_(slots) {}
  Answer Ask(const ClientId&, double held, double) override {
    return held < limit_ ? Answer::kAdmit : Answer::kRefuseSession;
  }
  void Tick(const Look& look, double) override {
    if (look.completed == 0) return;
    const double rtt = look.busy / look.completed;
    if (long_ == 0) long_ = rtt;
    for (uint32_t i = 0; i < look.completed; ++i) long_ += (rtt - long_) * 2 / (600 + 1);
    if (long_ / rtt > 2) long_ *= 0.95;
    if (look.held < limit_ / 2) return;
    const double gradient = std::clamp(1.5 * long_ / rtt, 0.5, 1.0);
    const double wanted = limit_ * gradient + 4;
    limit_ = std::clamp(limit_ * 0.8 + wanted * 0.2, 4.0, slots_);
  }
  bool limiting() const override { return limit_ < slots_ * 0.9; }

 private:
  const double slots_;
  double limit_ = 20;
  double long_ = 0;
};

}  // namespace

bool Judge::CannotRetry(const ClientId& client, double /*now*/) const {
  static const ClientLists kLists(Devices());
  return kLists.CannotRetry(client.address, client.user);
}

std::unique_ptr<Judge> MakeJudge(const std::string& name, const Scenario& scenario) {
  if (name == "ours") return std::make_unique<Ours>(scenario);
  if (name == "none") return std::make_unique<NoControl>();
  if (name == "only_devices") return std::make_unique<OnlyDevices>(0);
  if (name == "devices_in_5s") return std::make_unique<OnlyDevices>(scenario.FirstEvent() + 5);
  if (name == "on_off") return std::make_unique<OnOff>(scenario.service_mean);
  if (name == "refuse_la") return std::make_unique<RefuseLoadAverage>(2);
  if (name == "gradient2") return std::make_unique<Gradient2>(scenario.ToldSlots());
  constexpr std::string_view kFixed = "fixed:";
  double limit = 0;
  if (!name.starts_with(kFixed)) return nullptr;
  const char* begin = name.data() + kFixed.size();
  const char* end = name.data() + name.size();
  const auto parsed = std::from_chars(begin, end, limit);
  if (parsed.ec != std::errc() || parsed.ptr != end || limit < 1) return nullptr;
  return std::make_unique<Fixed>(limit);
}

}  // namespace spillway::sim
