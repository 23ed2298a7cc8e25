// SPDX-License-Identifier: BSD-2-Clause
// The scenario's keys, by the same strict reader as the configuration.
#include "policy/sim/scenario.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace spillway::sim {

namespace {

constexpr int64_t kDayMs = 86400000;

template <typename Event>
bool Covers(const Event& event, double t) {
  return t >= InSeconds(event.at) && t < InSeconds(event.at + event.length);
}

std::string_view ValidOnTimeout(std::string_view value) {
  return value == "accept" || value == "tempfail" || value == "required"
             ? std::string_view()
             : "expected \"accept\", \"tempfail\" or \"required\"";
}

std::vector<TomlKey> MainKeys(Scenario& s) {
  return {{"seed", &s.seed, 0, INT64_MAX},
          {"duration", &s.duration, 1000, 30 * kDayMs},
          {"slots", &s.slots, 4, 100000},
          {"backlog", &s.backlog, 0, 100000},
          {"told_slots", &s.told_slots, 0, 100000},
          {"workers", &s.workers, 1, 100000},
          {"service_mean", &s.service_mean, 0, 3600},
          {"service_sigma", &s.service_sigma, 0, 5},
          {"cores", &s.cores, 1, 1000},
          {"processor", &s.processor, 0, 60},
          {"dialogue", &s.dialogue, 0, 300},
          {"dialogue_sigma", &s.dialogue_sigma, 0, 3},
          {"budget", &s.budget, 50, 600000},
          {"on_timeout", &s.on_timeout, 0, 0, ValidOnTimeout}};
}

std::vector<TomlKey> LoadKeys(Scenario& s) {
  return {{"offered_per_s", &s.offered_per_s, 0, 100000},
          {"device_share", &s.device_share, 0, 1},
          {"printer_share", &s.printer_share, 0, 1},
          {"submission_share", &s.submission_share, 0, 1},
          {"bot_share", &s.bot_share, 0, 1},
          {"messages_per_connection", &s.messages_per_connection, 1, 1000},
          {"device_patience", &s.device_patience, 1000, 3600000},
          {"daily", &s.daily, 0, 1},
          {"mtas", &s.mtas, 1, 60000}};
}

std::vector<TomlKey> KeysOf(Fault& fault) {
  return {{"at", &fault.at, 0, 30 * kDayMs},
          {"for", &fault.length, 1, 30 * kDayMs},
          {"multiplier", &fault.multiplier, 0, 100000},
          {"hang", &fault.hang},
          {"share", &fault.share, 0, 1}};
}

std::vector<TomlKey> KeysOf(Surge& surge) {
  return {{"at", &surge.at, 0, 30 * kDayMs},
          {"for", &surge.length, 1, 30 * kDayMs},
          {"factor", &surge.factor, 0, 1000}};
}

std::vector<TomlKey> KeysOf(Idle& idle) {
  return {{"at", &idle.at, 0, 30 * kDayMs},
          {"for", &idle.length, 1, 30 * kDayMs},
          {"clients", &idle.clients, 1, 1000}};
}

std::vector<TomlKey> KeysOf(Restart& restart) {
  return {{"at", &restart.at, 0, 30 * kDayMs}};
}

std::vector<TomlKey> KeysOf(Constants& law) {
  constexpr int64_t kMost = 1000000;
  std::vector<TomlKey> keys;
  keys.reserve(kConstants.size());
  for (const Constant& constant : kConstants)
    keys.push_back({constant.name, &(law.*constant.value), 0, kMost});
  return keys;
}

std::vector<TomlSection> Sections(Scenario& s) {
  return {{"", false, [&s] { return MainKeys(s); }},
          {"load", false, [&s] { return LoadKeys(s); }},
          {"fault", true, [&s] { return KeysOf(s.faults.emplace_back()); }},
          {"surge", true, [&s] { return KeysOf(s.surges.emplace_back()); }},
          {"idle", true, [&s] { return KeysOf(s.idles.emplace_back()); }},
          {"law", false, [&s] { return KeysOf(s.law); }},
          {"restart", true, [&s] { return KeysOf(s.restarts.emplace_back()); }}};
}

}  // namespace

double Scenario::MultiplierAt(double t) const {
  double out = 1;
  for (const Fault& fault : faults) {
    if (Covers(fault, t) && !fault.hang) out *= 1 + fault.share * (fault.multiplier - 1);
  }
  return out;
}

bool Scenario::HangsAt(double t) const {
  return std::any_of(faults.begin(), faults.end(), [t](const Fault& fault) {
    return fault.hang && fault.share >= 1 && Covers(fault, t);
  });
}

bool Scenario::IdleAt(double t) const {
  return std::any_of(idles.begin(), idles.end(), [t](const Idle& idle) { return Covers(idle, t); });
}

double Scenario::FactorAt(double t) const {
  constexpr double kDay = 86400;
  double out = 1 - daily * std::cos(2 * std::numbers::pi * t / kDay);
  for (const Surge& surge : surges) out *= Covers(surge, t) ? surge.factor : 1;
  return out;
}

bool Scenario::EventAt(double t) const {
  const auto covers = [t](const auto& event) { return Covers(event, t); };
  return std::any_of(faults.begin(), faults.end(), covers) ||
         std::any_of(surges.begin(), surges.end(), covers);
}

bool Scenario::BeganWithin(double t, double seconds) const {
  const auto began = [=](const auto& event) {
    return t >= InSeconds(event.at) && t < InSeconds(event.at) + seconds;
  };
  return std::any_of(faults.begin(), faults.end(), began) ||
         std::any_of(surges.begin(), surges.end(), began);
}

double Scenario::FirstEvent() const {
  Milliseconds first = duration;
  for (const Fault& fault : faults) first = std::min(first, fault.at);
  for (const Surge& surge : surges) first = std::min(first, surge.at);
  return InSeconds(first);
}

double Scenario::LastBegin() const {
  Milliseconds last{0};
  for (const Fault& fault : faults) last = std::max(last, fault.at);
  for (const Surge& surge : surges) last = std::max(last, surge.at);
  return LastEvent() > 0 ? InSeconds(last) : InSeconds(duration);
}

double Scenario::LastEvent() const {
  Milliseconds last{0};
  for (const Fault& fault : faults) last = std::max(last, fault.at + fault.length);
  for (const Surge& surge : surges) last = std::max(last, surge.at + surge.length);
  return InSeconds(std::min(last, duration));
}

ScenarioResult ParseScenario(std::string_view text, const std::string& name) {
  ScenarioResult out;
  // The sections keep pointers into the lists while they are read: no growing underneath.
  constexpr size_t kMost = 1000;
  out.scenario.faults.reserve(kMost);
  out.scenario.surges.reserve(kMost);
  out.scenario.idles.reserve(kMost);
  out.scenario.restarts.reserve(kMost);
  out.errors = ReadToml(text, name, Sections(out.scenario));
  if (out.errors.empty() && out.scenario.service_mean <= 0)
    out.errors.push_back(name + ": \"service_mean\" must be above 0");
  for (const Constant& constant : kConstants) {
    if (out.errors.empty() && out.scenario.law.*constant.value <= 0)
      out.errors.push_back(name + ": \"" + std::string(constant.name) + "\" must be above 0");
  }
  return out;
}

}  // namespace spillway::sim
