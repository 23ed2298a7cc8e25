// SPDX-License-Identifier: BSD-2-Clause
// One flat object per line; numbers carry their unit in the name.
#include "policy/keep/journal.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <optional>
#include <sstream>

namespace spillway {

namespace {

constexpr const char* kIsoTime = "%Y-%m-%dT%H:%M:%SZ";
constexpr const char* kIncidentTime = "%Y%m%d-%H%M%S";

std::string FormatTime(int64_t wall, const char* format) {
  const std::time_t seconds = wall;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  const size_t size = std::strftime(text, sizeof(text), format, &parts);
  return {text, size};
}

using CountNames = std::array<std::pair<const char*, uint64_t>, 7>;
CountNames NamesOf(const ShedderCounts& counts) {
  const auto& tiers = counts.refused_by_tier;
  return {{{"asked", counts.asked},
           {"refused", counts.refused},
           {"refused_cannot_retry", tiers[0]},
           {"refused_submission", tiers[1]},
           {"refused_known", tiers[2]},
           {"refused_unknown", tiers[3]},
           {"came_back", counts.came_back}}};
}

std::optional<Regime> RegimeOf(const std::string& name) {
  for (const Regime regime : {Regime::kDegraded, Regime::kShedding, Regime::kRecovering}) {
    if (name == RegimeName(regime)) return regime;
  }
  return std::nullopt;
}

int64_t UnixOf(const std::string& text, const char* format) {
  std::tm parts{};
  const char* end = strptime(text.c_str(), format, &parts);
  return end == nullptr ? 0 : timegm(&parts);
}

std::string FigureText(double value) {
  return JsonLine(JsonFigure(value));
}

}  // namespace

std::string IsoTime(int64_t wall) {
  return FormatTime(wall, kIsoTime);
}

Journal::Journal(std::string path) : path_(std::move(path)) {}

// The last line that is a state tells how the daemon before this one left it.
void Journal::Continue(int64_t wall) {
  constexpr size_t kEnough = 16384;
  std::istringstream lines(Tail(kEnough));
  Json last;
  for (std::string text; std::getline(lines, text);) {
    Json line = Json::parse(text, nullptr, false);
    if (line.is_object() && line.contains("cause")) last = std::move(line);
  }
  if (!last.is_object()) return;
  const auto regime = RegimeOf(JsonWord(last, "event"));
  began_ = UnixOf(JsonWord(last, "incident"), kIncidentTime);
  if (!regime || began_ == 0) return;
  incident_ = JsonWord(last, "incident");
  last_ = *regime;
  continued_ = wall;
  peak_mean_ = JsonNumber(last, "peak_mean_seconds");
  peak_sessions_ = JsonNumber(last, "peak_sessions");
  for (const auto& [name, unused] : NamesOf({})) before_[name] = JsonNumber(last, name);
}

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

void Journal::AddCounts(Json& line, const ShedderCounts& counts) const {
  const CountNames start = NamesOf(at_start_);
  const CountNames now = NamesOf(counts);
  for (size_t i = 0; i < now.size(); ++i) {
    const auto before = before_.find(now[i].first);
    line[now[i].first] = JsonFigure(static_cast<double>(now[i].second - start[i].second) +
                                    (before == before_.end() ? 0 : before->second));
  }
}

Json Journal::Line(const Moment& moment) const {
  const LimiterState& state = moment.state;
  Json line = {{"incident", incident_},
               {"at", IsoTime(moment.wall)},
               {"event", RegimeName(state.regime)},
               {"cause", CauseName(state.cause)},
               {"seconds", moment.wall - began_},
               {"mean_seconds", JsonFigure(state.mean)},
               {"target_seconds", JsonFigure(state.target)},
               {"late_share", JsonFigure(state.late_share)},
               {"deferred_share", JsonFigure(state.deferred_share)},
               {"queue_share", JsonFigure(state.queue_share)},
               {"sessions", JsonFigure(moment.held)},
               {"in_filter", JsonFigure(moment.in_filter)},
               {"slots", JsonFigure(moment.slots)},
               {"limit", JsonFigure(state.limit)},
               {"throughput", JsonFigure(state.throughput)},
               {"check", moment.bottleneck.check},
               {"check_seconds", JsonFigure(moment.bottleneck.check_seconds)},
               {"waits_for", moment.bottleneck.waits_for},
               {"peak_mean_seconds", JsonFigure(peak_mean_)},
               {"peak_sessions", JsonFigure(peak_sessions_)}};
  AddCounts(line, moment.counts);
  return line;
}

// Began before this daemon did: what it has not seen yet is no sign of health.
bool Journal::NotSeenYet(const Moment& moment) const {
  constexpr int64_t kSettle = 60;
  return moment.state.regime == Regime::kHealthy && moment.wall - continued_ < kSettle;
}

std::string Journal::Note(const Moment& moment) {
  const LimiterState& state = moment.state;
  if (state.regime == last_ || NotSeenYet(moment)) return {};
  if (incident_.empty()) {
    incident_ = FormatTime(moment.wall, kIncidentTime);
    began_ = moment.wall;
    peak_mean_ = peak_sessions_ = 0;
    at_start_ = moment.counts;
    before_.clear();
  }
  last_ = state.regime;
  Watch(state, moment.held);
  Append(JsonLine(Line(moment)));
  std::ostringstream text;
  text << "state=" << RegimeName(state.regime) << " cause=" << CauseName(state.cause)
       << " incident=" << incident_ << " mean=" << FigureText(state.mean)
       << "s sessions=" << FigureText(moment.held) << " of=" << FigureText(moment.slots)
       << " in_filter=" << FigureText(moment.in_filter) << " limit=" << FigureText(state.limit)
       << " late=" << FigureText(state.late_share)
       << " queue_share=" << FigureText(state.queue_share);
  if (!moment.bottleneck.check.empty()) text << " check=" << moment.bottleneck.check;
  if (!moment.bottleneck.waits_for.empty()) text << " waits_for=" << moment.bottleneck.waits_for;
  if (state.regime == Regime::kHealthy) incident_.clear();
  return text.str();
}

void Journal::Leave(const Moment& moment) {
  if (incident_.empty()) return;
  Json line = Line(moment);
  line["event"] = RegimeName(last_);
  line["text"] = "the policy daemon stops; the incident goes on";
  Append(JsonLine(line));
}

// How long it takes until those who were refused are served, besides what arrives anyway.
double Journal::Drain(const Json& line, const LimiterState& state) {
  const double waiting = line["refused"].get<double>() - line["came_back"].get<double>();
  const double spare = state.throughput - state.arrivals;
  return waiting > 0 && spare > 0 ? waiting / spare : 0;
}

std::string Journal::Now(const Moment& moment, const std::string& largest) const {
  if (incident_.empty()) return {};
  Json line = Line(moment);
  line["now"] = true;
  line["drain_seconds"] = JsonFigure(Drain(line, moment.state));
  line["largest"] = largest;
  return JsonLine(line);
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
