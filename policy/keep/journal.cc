// SPDX-License-Identifier: BSD-2-Clause
// One flat object per line; numbers carry their unit in the name.
#include "policy/keep/journal.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <sstream>

#include "milter/base/json.h"

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

void AddCounts(Json& out, const ShedderCounts& now, const ShedderCounts& start) {
  out["asked"] = now.asked - start.asked;
  out["refused"] = now.refused - start.refused;
  constexpr std::array<const char*, 4> kNames = {"refused_cannot_retry", "refused_submission",
                                                 "refused_known", "refused_unknown"};
  for (size_t i = 0; i < kNames.size(); ++i)
    out[kNames[i]] = now.refused_by_tier[i] - start.refused_by_tier[i];
  out["came_back"] = now.came_back - start.came_back;
}

std::string FigureText(double value) {
  return JsonLine(JsonFigure(value));
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

void Journal::Watch(const LimiterState& state, double sessions) {
  if (incident_.empty()) return;
  peak_mean_ = std::max(peak_mean_, state.mean);
  peak_sessions_ = std::max(peak_sessions_, sessions);
}

std::string Journal::Note(const LimiterState& state, const ShedderCounts& counts,
                          const Bottleneck& bottleneck, double sessions, int64_t wall) {
  if (state.regime == last_) return {};
  if (incident_.empty()) {
    incident_ = FormatTime(wall, "%Y%m%d-%H%M%S");
    began_ = wall;
    peak_mean_ = peak_sessions_ = 0;
    at_start_ = counts;
  }
  last_ = state.regime;
  Watch(state, sessions);
  Json line = {{"incident", incident_},
               {"at", IsoTime(wall)},
               {"event", RegimeName(state.regime)},
               {"cause", CauseName(state.cause)},
               {"seconds", wall - began_},
               {"mean_seconds", JsonFigure(state.mean)},
               {"target_seconds", JsonFigure(state.target)},
               {"late_share", JsonFigure(state.late_share)},
               {"deferred_share", JsonFigure(state.deferred_share)},
               {"queue_share", JsonFigure(state.queue_share)},
               {"sessions", JsonFigure(sessions)},
               {"limit", JsonFigure(state.limit)},
               {"throughput", JsonFigure(state.throughput)},
               {"check", bottleneck.check},
               {"check_seconds", JsonFigure(bottleneck.check_seconds)},
               {"waits_for", bottleneck.waits_for},
               {"peak_mean_seconds", JsonFigure(peak_mean_)},
               {"peak_sessions", JsonFigure(peak_sessions_)}};
  AddCounts(line, counts, at_start_);
  Append(JsonLine(line));
  std::ostringstream text;
  text << "state=" << RegimeName(state.regime) << " cause=" << CauseName(state.cause)
       << " incident=" << incident_ << " mean=" << FigureText(state.mean)
       << "s sessions=" << FigureText(sessions) << " limit=" << FigureText(state.limit)
       << " late=" << FigureText(state.late_share)
       << " queue_share=" << FigureText(state.queue_share);
  if (!bottleneck.check.empty()) text << " check=" << bottleneck.check;
  if (!bottleneck.waits_for.empty()) text << " waits_for=" << bottleneck.waits_for;
  if (state.regime == Regime::kHealthy) incident_.clear();
  return text.str();
}

void Journal::NoteEvent(const std::string& event, const std::string& text, int64_t wall) {
  Append(
      JsonLine({{"incident", incident_}, {"at", IsoTime(wall)}, {"event", event}, {"text", text}}));
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
