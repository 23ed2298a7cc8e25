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

bool Outcome::InQuestion(const Host& host, double born) const {
  const bool printer = host.group() == Group::kPrinters;
  return born >= (printer ? scenario_.LastBegin() : scenario_.FirstEvent()) &&
         born < scenario_.LastEvent() + kMinute;
}

void Outcome::Offered(const Host& host, double now) {
  if (InQuestion(host, now)) ++Of(host.group()).offered;
}

void Outcome::Served(const Host& host, const Mail& mail, bool scanned, double now) {
  if (host.group() == Group::kBots || host.group() == Group::kIdle) return;
  ++served_;
  if (scenario_.EventAt(now)) {
    ++served_in_event_;
    unscanned_in_event_ += scanned ? 0 : 1;
  }
  if (host.retries() && mail.delayed)
    deferred_max_age = std::max(deferred_max_age, now - mail.born);
}

void Outcome::Failed(const Host& host, double now) {
  const bool counts = host.group() != Group::kBots && host.group() != Group::kIdle;
  if (counts && scenario_.EventAt(now)) ++failed_;
}

void Outcome::Lost(const Host& host, double born) {
  if (InQuestion(host, born)) ++Of(host.group()).lost;
}

void Outcome::Arrived(const Host& host, const Mail& mail, double now) {
  const double gap = now - last_arrival_;
  last_arrival_ = now;
  arrivals_ = arrivals_ * std::exp(-gap / kMinute) + 1 / kMinute;
  if (!InQuestion(host, now)) return;
  ++Of(host.group()).asked;
  greetings_.push_back(static_cast<float>(now - mail.attempt_start));
}

double Outcome::greeting_p99() const {
  if (greetings_.empty()) return 0;
  std::vector<float> sorted = greetings_;
  const auto at =
      sorted.begin() + static_cast<std::ptrdiff_t>(0.99 * static_cast<double>(sorted.size() - 1));
  std::nth_element(sorted.begin(), at, sorted.end());
  return *at;
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

void Outcome::Refused(const Host& host, double now, double messages) {
  ++refusals;
  if (InQuestion(host, now)) ++Of(host.group()).refused;
  last_refusal_ = now;
  const double first = scenario_.FirstEvent();
  const double last = scenario_.LastEvent();
  if (now < first || now > last + kAftermath) ++refusals_when_healthy;
  if (now >= first && time_to_shed < 0) time_to_shed = now - first;
  const double half = 0.5 * static_cast<double>(scenario_.slots);
  const bool plentiful = std::max(messages, messages_) < half;
  const bool harmless = now - last_tempfail_ > kMinute && !Hopeless(now) && !LoadIsTheCause(now);
  if (plentiful && harmless && !scenario_.BeganWithin(now, kMinute)) ++needless_refusals;
}

void Outcome::Mode(bool limiting, double messages, double now) {
  const double step = now - last_tick_;
  messages_ += (messages - messages_) * (1 - std::exp(-step / kMinute));
  last_tick_ = now;
  if (limiting != limiting_) ++flips;
  if (limiting && !limiting_) ++entries_;
  limiting_ = limiting;
  if (!scenario_.EventAt(now)) return;
  const double service = scenario_.service_mean * scenario_.MultiplierAt(now);
  const double workers = static_cast<double>(scenario_.workers);
  const double offered =
      scenario_.offered_per_s * scenario_.FactorAt(now) * (1 - scenario_.bot_share);
  possible_ += step * std::min(offered, scenario_.HangsAt(now) ? 0 : workers / service);
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
  const double attempts = served_in_event_ + failed_;
  if (late_accepted_) return attempts > 0 ? served_in_event_ / attempts : 1;
  return possible_ > 0 ? std::min(1.0, served_in_event_ / possible_) : 1;
}

}  // namespace spillway::sim
