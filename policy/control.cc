// SPDX-License-Identifier: BSD-2-Clause
// A table of commands; each takes its words and answers.
#include "policy/control.h"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <vector>

namespace spillway {

namespace {

using Words = std::vector<std::string>;

constexpr size_t kJournalTail = 256 << 10;
constexpr double kLongestOrder = 86400;  // seconds

struct Context {
  Policyd& policyd;
  const PolicyCounts& counts;
};

std::string Error(const std::string& what) {
  return "error=" + what + "\n";
}

// A number in [min, max], or nothing.
std::optional<double> Number(const std::string& text, double min, double max) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value >= min && value <= max ? std::optional(value) : std::nullopt;
}

std::string Status(const Context& context, const Words&) {
  Policyd& policyd = context.policyd;
  return EncodeStatus(MakeStatus({.reader = policyd.follower().reader(),
                                  .minute = policyd.follower().Summarize(policyd.now()),
                                  .policy = context.counts,
                                  .shedder = policyd.shedder(),
                                  .filter_state = policyd.filter(),
                                  .probe_seconds = policyd.health().last().seconds,
                                  .incident = policyd.journal().incident(),
                                  .now = policyd.now()}));
}

std::string Shed(const Context& context, const Words& words) {
  Override order;
  size_t at = 2;
  const std::string mode = words.size() > 1 ? words[1] : "";
  if (mode == "hold") {
    const auto percent = words.size() > 2 ? Number(words[2], 1, 100) : std::nullopt;
    if (!percent) return Error("hold needs a percentage of the slots, 1 to 100");
    order.mode = OverrideMode::kHold;
    order.hold_percent = *percent;
    at = 3;
  } else if (mode == "open") {
    order.mode = OverrideMode::kOpen;
  } else if (mode != "auto") {
    return Error("shed takes auto, open or hold PERCENT");
  }
  std::string text = mode;
  if (order.mode != OverrideMode::kAuto) {
    const auto seconds = words.size() > at ? Number(words[at], 1, kLongestOrder) : std::nullopt;
    if (!seconds) return Error("for how long? 1 s to 1 day");
    order.until = context.policyd.now() + Seconds(*seconds);
    if (order.mode == OverrideMode::kHold) text += " " + words[2] + "%";
    text += " for " + words[at] + " s";
  }
  context.policyd.Order(order, text);
  return "ordered=" + text + "\n";
}

std::string Describe(const ClientView& view) {
  constexpr std::array<std::string_view, 4> kTiers = {"T0", "T1", "T2", "T3"};
  return std::string(kTiers[static_cast<size_t>(view.tier)]) + " " +
         std::string(TierText(view.reason));
}

ClientId IdOf(const ClientRecord& record, const std::string& name) {
  if (record.kind == 'u') return {Ip(), name};
  return {Ip::Parse(name).value_or(Ip()), {}};
}

std::string ListClients(const Context& context, const Words& words) {
  const auto most = words.size() > 1 ? Number(words[1], 1, 100000) : std::optional(100.0);
  if (!most) return Error("clients takes a number");
  const Clients& clients = context.policyd.shedder().clients();
  std::vector<ClientRecord> records = clients.Records();
  std::sort(records.begin(), records.end(),
            [](const auto& a, const auto& b) { return a.last_seen > b.last_seen; });
  if (records.size() > static_cast<size_t>(*most)) records.resize(static_cast<size_t>(*most));
  std::string out;
  for (const ClientRecord& record : records) {
    const std::string name = record.Name();
    const ClientView view = clients.Look(IdOf(record, name), context.policyd.wall());
    out += name + "=" + Describe(view) + "; good on " + std::to_string(record.good_days) +
           " days, refused now " + std::to_string(record.refusals) + ", returned " +
           std::to_string(record.returned) + ", gave up " + std::to_string(record.abandoned) + "\n";
  }
  return out;
}

std::string Explain(const Context& context, const Words& words) {
  if (words.size() != 2) return Error("explain takes an address or a SASL user");
  const auto address = Ip::Parse(words[1]);
  const ClientId client{address.value_or(Ip()), address ? std::string_view() : words[1]};
  Shedder& shedder = context.policyd.shedder();
  const ClientView view = shedder.clients().Look(client, context.policyd.wall());
  StatusLines lines;
  lines.emplace_back("client", words[1]);
  lines.emplace_back("tier", Describe(view));
  if (const ClientRecord* record = shedder.clients().Find(client)) {
    lines.emplace_back("good_days", std::to_string(record->good_days));
    lines.emplace_back("refused_in_a_row", std::to_string(record->refusals));
    lines.emplace_back("waiting_seconds", FormatFigure(view.waiting));
    lines.emplace_back("came_back", std::to_string(record->returned));
    lines.emplace_back("gave_up", std::to_string(record->abandoned));
    lines.emplace_back("last_seen", IsoTime(record->last_seen));
  }
  lines.emplace_back("now", shedder.WouldAdmit(client, context.policyd.Held(),
                                               context.policyd.now(), context.policyd.wall())
                                ? "would be admitted"
                                : "would be refused");
  return EncodeStatus(lines);
}

std::string ShowJournal(const Context& context, const Words&) {
  const std::string now = context.policyd.IncidentNow();
  return context.policyd.journal().Tail(kJournalTail) + (now.empty() ? now : now + "\n");
}

std::string DescribeSite(const Context& context, const Words& words) {
  if (words.size() != 2) return Error("site takes the name of a check");
  return context.policyd.AsScenario(words[1]);
}

struct Command {
  std::string_view name;
  std::string (*run)(const Context&, const Words&);
};
constexpr std::array<Command, 6> kCommands = {{{"status", Status},
                                               {"site", DescribeSite},
                                               {"shed", Shed},
                                               {"clients", ListClients},
                                               {"explain", Explain},
                                               {"journal", ShowJournal}}};

}  // namespace

std::string RunCommand(std::string_view command, Policyd& policyd, const PolicyCounts& counts) {
  std::istringstream text{std::string(command)};
  Words words;
  for (std::string word; text >> word;) words.push_back(word);
  for (const Command& candidate : kCommands) {
    if (!words.empty() && words[0] == candidate.name)
      return candidate.run({policyd, counts}, words);
  }
  return Error("unknown command");
}

}  // namespace spillway
