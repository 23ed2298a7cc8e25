// SPDX-License-Identifier: BSD-2-Clause
// Definitions of the figures; the manual repeats them.
#include "policy/sim/outcome.h"

#include <algorithm>
#include <cmath>

namespace spillway::sim {

namespace {

constexpr double kMinute = 60;
// Seconds: after the end of a fault, senders still come back for as long as their retry interval.
constexpr double kAftermath = 4000;

}  // namespace

void Outcome::Offered(const Host& host, double now) {
  if (host.retries()) return;
  if (now >= scenario_.FirstEvent() && now < scenario_.LastEvent() + kMinute) ++device_offered_;
}

void Outcome::Served(const Host& host, const Mail& mail, double now) {
  ++served_;
  if (scenario_.EventAt(now)) ++served_in_event_;
  if (host.retries() && mail.delayed)
    deferred_max_age = std::max(deferred_max_age, now - mail.born);
}

void Outcome::Lost(double born) {
  if (born >= scenario_.FirstEvent() && born < scenario_.LastEvent() + kMinute) ++device_lost_;
}

void Outcome::Arrived(double now) {
  const double gap = now - last_arrival_;
  last_arrival_ = now;
  arrivals_ = arrivals_ * std::exp(-gap / kMinute) + 1 / kMinute;
}

// Does the median service time, without a queue, fit into the budget?
bool Outcome::ServiceFits(double now) const {
  const double sigma = scenario_.service_sigma;
  const double median = scenario_.service_mean * std::exp(-sigma * sigma / 2);
  return !scenario_.HangsAt(now) &&
         median * scenario_.MultiplierAt(now) <= InSeconds(scenario_.budget);
}

// The service time alone fits into the budget, but the workers cannot serve all that arrives.
bool Outcome::LoadIsTheCause(double now) const {
  const double service = scenario_.service_mean * scenario_.MultiplierAt(now);
  const double capacity = static_cast<double>(scenario_.workers) / service;
  return ServiceFits(now) && arrivals_ > 0.8 * capacity;
}

// Most messages would be tempfailed. Refused clients are not tempfailed, so last_tempfail_ does not
// show this.
bool Outcome::Hopeless(double now) const {
  return scenario_.on_timeout != "accept" && !ServiceFits(now);
}

void Outcome::Refused(double now, double sessions) {
  ++refusals;
  last_refusal_ = now;
  const double first = scenario_.FirstEvent();
  const double last = scenario_.LastEvent();
  if (now < first || now > last + kAftermath) ++refusals_when_healthy;
  if (now >= first && time_to_shed < 0) time_to_shed = now - first;
  const double half = 0.5 * static_cast<double>(scenario_.slots);
  const bool plentiful = std::max(sessions, sessions_) < half;
  const bool harmless = now - last_tempfail_ > kMinute && !Hopeless(now) && !LoadIsTheCause(now);
  if (plentiful && harmless && !scenario_.BeganWithin(now, kMinute)) ++needless_refusals;
}

void Outcome::Mode(bool limiting, double sessions, double now) {
  const double step = now - last_tick_;
  sessions_ += (sessions - sessions_) * (1 - std::exp(-step / kMinute));
  last_tick_ = now;
  if (limiting != limiting_) ++flips;
  if (limiting && !limiting_) ++entries_;
  limiting_ = limiting;
  if (!scenario_.EventAt(now)) return;
  const double service = scenario_.service_mean * scenario_.MultiplierAt(now);
  const double workers = static_cast<double>(scenario_.workers);
  double capacity = scenario_.HangsAt(now) ? 0 : workers / service;
  if (scenario_.on_timeout == "accept")
    capacity =
        std::max(capacity, static_cast<double>(scenario_.slots) / InSeconds(scenario_.budget));
  possible_ += step * std::min(capacity, scenario_.offered_per_s * scenario_.FactorAt(now));
}

void Outcome::End(const std::vector<Host>& hosts, double oldest_born) {
  const double end = InSeconds(scenario_.duration);
  if (oldest_born >= 0) deferred_max_age = std::max(deferred_max_age, end - oldest_born);
  second_entries = entries_ > 1 ? entries_ - 1 : 0;
  const double last = scenario_.LastEvent();
  if (last > 0) time_to_recover = std::max(0.0, last_refusal_ - last);
  double sum = 0;
  double squares = 0;
  double count = 0;
  for (const Host& host : hosts) {
    if (!host.retries() || host.offered == 0) continue;
    const double share = host.served / static_cast<double>(host.offered);
    sum += share;
    squares += share * share;
    ++count;
  }
  if (squares > 0) fairness = sum * sum / (count * squares);
}

double Outcome::goodput_ratio() const {
  return possible_ > 0 ? std::min(1.0, static_cast<double>(served_in_event_) / possible_) : 1;
}

double Outcome::device_loss() const {
  return device_offered_ > 0
             ? static_cast<double>(device_lost_) / static_cast<double>(device_offered_)
             : 0;
}

}  // namespace spillway::sim
