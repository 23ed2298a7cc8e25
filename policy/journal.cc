// SPDX-License-Identifier: BSD-2-Clause
// One flat object per line; numbers carry their unit in the name.
#include "policy/journal.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <sstream>

#include "policy/json.h"

namespace spillway {

namespace {

std::string FormatTime(int64_t wall, const char* format) {
  const std::time_t seconds = wall;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  const size_t size = std::strftime(text, sizeof(text), format, &parts);
  return {text, size};
}

double Count(uint64_t now, uint64_t before) {
  return static_cast<double>(now - before);
}

void AddCounts(JsonObject& out, const GateCounts& now, const GateCounts& start) {
  out.Add("asked", Count(now.asked, start.asked));
  out.Add("refused", Count(now.refused, start.refused));
  constexpr std::array<const char*, 4> kNames = {"refused_cannot_retry", "refused_submission",
                                                 "refused_known", "refused_unknown"};
  for (size_t i = 0; i < kNames.size(); ++i)
    out.Add(kNames[i], Count(now.refused_by_tier[i], start.refused_by_tier[i]));
  out.Add("came_back", Count(now.came_back, start.came_back));
}

}  // namespace

std::string IsoTime(int64_t wall) {
  return FormatTime(wall, "%Y-%m-%dT%H:%M:%SZ");
}

Journal::Journal(std::string path) : path_(std::move(path)) {}

void Journal::Append(const std::string& line) {
  struct stat status {};
  if (::stat(path_.c_str(), &status) == 0 && static_cast<size_t>(status.st_size) > kMaxBytes)
    std::rename(path_.c_str(), (path_ + ".1").c_str());
  std::ofstream file(path_, std::ios::app);
  file << line << '\n';
  file.flush();
  error_ = file ? "" : path_ + ": " + std::strerror(errno);
}

void Journal::Watch(const ControlState& state, double sessions) {
  if (incident_.empty()) return;
  peak_mean_ = std::max(peak_mean_, state.mean);
  peak_sessions_ = std::max(peak_sessions_, sessions);
}

std::string Journal::Note(const ControlState& state, const GateCounts& counts,
                          const Culprit& culprit, double sessions, int64_t wall) {
  if (state.regime == last_) return {};
  if (incident_.empty()) {
    incident_ = FormatTime(wall, "%Y%m%d-%H%M%S");
    began_ = wall;
    peak_mean_ = peak_sessions_ = 0;
    at_start_ = counts;
  }
  last_ = state.regime;
  Watch(state, sessions);
  JsonObject line;
  line.Add("incident", incident_).Add("at", IsoTime(wall));
  line.Add("event", RegimeName(state.regime)).Add("cause", CauseName(state.cause));
  line.Add("seconds", static_cast<double>(wall - began_));
  line.Add("mean_seconds", state.mean).Add("target_seconds", state.target);
  line.Add("late_share", state.late_share).Add("deferred_share", state.deferred_share);
  line.Add("queue_share", state.queue_share).Add("sessions", sessions);
  line.Add("limit", state.limit).Add("throughput", state.throughput);
  line.Add("check", culprit.check).Add("check_seconds", culprit.check_seconds);
  line.Add("waits_for", culprit.waits_for);
  line.Add("peak_mean_seconds", peak_mean_).Add("peak_sessions", peak_sessions_);
  AddCounts(line, counts, at_start_);
  Append(line.Done());
  std::ostringstream text;
  text << "state=" << RegimeName(state.regime) << " cause=" << CauseName(state.cause)
       << " incident=" << incident_ << " mean=" << JsonNumber(state.mean)
       << "s sessions=" << JsonNumber(sessions) << " limit=" << JsonNumber(state.limit)
       << " late=" << JsonNumber(state.late_share)
       << " queue_share=" << JsonNumber(state.queue_share);
  if (!culprit.check.empty()) text << " check=" << culprit.check;
  if (!culprit.waits_for.empty()) text << " waits_for=" << culprit.waits_for;
  if (state.regime == Regime::kHealthy) incident_.clear();
  return text.str();
}

void Journal::NoteEvent(const std::string& event, const std::string& text, int64_t wall) {
  JsonObject line;
  line.Add("incident", incident_).Add("at", IsoTime(wall));
  line.Add("event", event).Add("text", text);
  Append(line.Done());
}

std::string Journal::Tail(size_t limit) const {
  std::ifstream file(path_, std::ios::binary | std::ios::ate);
  if (!file) return {};
  const auto size = static_cast<size_t>(file.tellg());
  const size_t from = size > limit ? size - limit : 0;
  file.seekg(static_cast<std::streamoff>(from));
  std::string text(size - from, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (from > 0) text.erase(0, text.find('\n') + 1);
  return text;
}

}  // namespace spillway
