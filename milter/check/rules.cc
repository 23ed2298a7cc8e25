// SPDX-License-Identifier: BSD-2-Clause
// The administrator's own rules. Matched in the CPU pool once the message is whole, judged in
// their order once the other checks have spoken.
#include <cstdio>

#include "conf/config_error.h"
#include "milter/base/pending.h"
#include "milter/check/entry.h"
#include "milter/check/registry.h"
#include "milter/inspect/inspecting.h"
#include "milter/rules/rule_set.h"

namespace spillway {

namespace {

struct RulesOptions final : OptionsOf<RulesOptions> {
  static constexpr std::string_view kName = "rules";
  RulesOptions() { on = false; }
  bool droppable() const override { return true; }
  std::string file = "/etc/spillway/rules.toml";
  double quarantine_score = 0;  // 0: never
  double reject_score = 0;
  std::vector<TomlKey> Keys() override {
    return With({{"file", &file, 0, 0, ValidPath},
                 {"quarantine_score", &quarantine_score, 0, 1000},
                 {"reject_score", &reject_score, 0, 1000}});
  }
};

// Throws ConfigError.
std::vector<Rule> ReadRules(const RulesOptions& options, const Config& config) {
  std::vector<std::string> errors;
  const std::string text = ReadTextFile(options.file, errors);
  if (!errors.empty())
    throw ConfigError({config.PlaceOf(RulesOptions::kName, "file") + ": " + errors.front()});
  // A rule can go by what runs before it.
  RuleFile file =
      ParseRules(text, options.file, {config.classes, CheckNamesBefore(RulesOptions::kName)});
  if (!file.errors.empty()) throw ConfigError(file.errors);
  return std::move(file.rules);
}

// The rules, compiled. Throws ConfigError.
RuleSet Compiled(const RulesOptions& options, const Config& config) {
  try {
    return RuleSet(ReadRules(options, config));
  } catch (const ConfigError&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw ConfigError({options.file + ": " + error.what()});
  }
}

class RulesCheck final : public Check {
 public:
  // `reduced`: without the body.
  RulesCheck(const Message& message, const RuleSet& rules, const RulesOptions& options, bool shadow,
             const CheckServices& services, std::shared_ptr<MessageCost> cost, bool reduced)
      : message_(message),
        rules_(rules),
        options_(options),
        shadow_(shadow),
        services_(services),
        cost_(std::move(cost)),
        reduced_(reduced) {}
  // Stops a match in progress, and waits for that: the session may destroy the message afterwards.
  ~RulesCheck() override { matched_->Abandon(); }

  bool OnBody(std::string_view /*chunk*/) override {
    // The size is only known if the MTA sends the whole body.
    const bool size_open = message_.header_bytes + message_.body_bytes <= rules_.largest();
    const bool text_open = WantsBody() && message_.content && !message_.content->full();
    return size_open || text_open;
  }

  void OnEnd(Deadline /*deadline*/) override {
    // The message may be gone when this runs: touch nothing of `this` unless Start() returns true.
    const auto match = [matched = matched_, this](const MatchedBody& body) {
      if (!matched->Start()) return;
      matched->Complete(rules_.Match(message_, body, [&matched] { return matched->abandoned(); }));
    };
    if (!ByInspector()) {
      const auto kind = reduced_ ? MatchedBody::Kind::kNone : MatchedBody::Kind::kRaw;
      if (!services_.workers.Submit([match, kind] { match({kind, {}}); }, cost_))
        matched_->Refuse(kFreeCore);
      return;
    }
    // Match in the inspector's thread, which has the result: saves a hand-over.
    message_.inspecting->WhenDone([match](const InspectionOutcome& outcome) {
      const bool read = outcome.down.empty() && outcome.found.unreadable.empty();
      match({read ? MatchedBody::Kind::kText : MatchedBody::Kind::kRaw, outcome.found.text});
    });
  }

  void Learn(const std::vector<CheckReport>& earlier) override { earlier_ = &earlier; }

  Result Finish(Deadline deadline) override {
    Waited waited;
    const MatchedRules* matched = matched_->Wait(deadline, waited);
    if (matched == nullptr) return Late(waited);
    Result result;
    const std::string missing =
        matched->whole ? NotWhole(deadline) : "the rules took too long for all of the message";
    if (!missing.empty()) result = {.state = State::kNeutral, .reason = missing, .unscanned = true};
    result.waited = waited;
    for (size_t i = 0; i < matched->matched.size(); ++i) {
      const Rule& rule = rules_.rules()[i];
      if (!matched->matched[i] || !Holds(rule.condition)) continue;
      Apply(rule, result);
      if (rule.action == "accept" && !rule.shadow) break;
    }
    if (!names_.empty()) {
      result.state = State::kPolicy;
      Sum(missing, result);
    }
    if (!result.reason.empty())
      result.added.insert(result.added.begin(), {std::string(kRulesField), result.reason});
    return result;
  }

 private:
  static Result Late(const Waited& waited) {
    const std::string why = WaitingFor(waited.missing);
    return {.state = State::kLate,
            .reason = why,
            .added = {{std::string(kRulesField), why}},
            .waited = waited};
  }

  // Matched behind the inspector, in its thread.
  bool ByInspector() const { return WantsBody() && message_.inspecting; }
  bool WantsBody() const { return rules_.wants_body() && !reduced_; }

  // Why part of the message was not matched; empty: all of it was.
  std::string NotWhole(Deadline deadline) const {
    if (message_.headers_truncated) return "the header is too large to look at whole";
    if (reduced_) return rules_.wants_body() ? "body " + std::string(kSkippedText) : "";
    if (!ByInspector()) return {};
    Waited waited;
    const InspectionOutcome* outcome = message_.inspecting->Wait(deadline, waited);
    if (outcome != nullptr && !outcome->found.text_missing().empty())
      return outcome->found.text_missing();
    if (outcome != nullptr && !outcome->down.empty()) return "only the raw text was looked at";
    return message_.content->truncated() ? "the body is too large to look at whole" : "";
  }

  bool Holds(const Condition& condition) const {
    return condition.Holds([this](std::string_view check) -> std::string_view {
      for (const CheckReport& report : *earlier_) {
        if (report.name == check) return StateName(report.result.state);
      }
      return {};
    });
  }

  void Apply(const Rule& rule, Result& result) {
    names_ += (names_.empty() ? "" : ", ") + rule.name + (rule.shadow ? " (shadow)" : "");
    const Wish wish = WishFrom(rule.action);
    if (rule.shadow) {
      result.shadow = std::max(result.shadow, wish);
      return;
    }
    score_ += rule.score;
    if (!rule.add.empty() && !shadow_) {
      const auto parts = SplitField(rule.add);
      result.added.push_back({parts->name, parts->rest});
    }
    if (wish > result.wish) {
      result.wish = wish;
      result.refusal.text = rule.text.empty() ? "rule " + rule.name : rule.text;
    }
  }

  void Sum(const std::string& missing, Result& result) const {
    char score[32];
    std::snprintf(score, sizeof(score), "%.1f", score_);
    result.reason = names_ + (score_ == 0 ? "" : "; score " + std::string(score)) +
                    (missing.empty() ? "" : "; " + missing);
    const Wish by_score = WishForScore(score_, options_.quarantine_score, options_.reject_score);
    if (by_score > result.wish) {
      result.wish = by_score;
      result.refusal.text = "score " + std::string(score);
    }
  }

  const Message& message_;
  const RuleSet& rules_;
  const RulesOptions& options_;
  const bool shadow_;
  const CheckServices& services_;
  const std::shared_ptr<MessageCost> cost_;
  const bool reduced_;
  const std::shared_ptr<Pending<MatchedRules>> matched_ = std::make_shared<Pending<MatchedRules>>(
      [this] { return ByInspector() ? "the inspector" : kFreeCore; });
  const std::vector<CheckReport>* earlier_ = nullptr;
  std::string names_;
  double score_ = 0;
};

class RulesType final : public CheckType {
 public:
  RulesType(const RulesOptions& options, const Config& config, const CheckServices& services)
      : options_(options),
        disposition_(options.MakeDisposition()),
        rules_(Compiled(options, config)),
        services_(services) {
    disposition_.shadow = config.content.shadow;
  }

  std::string_view name() const override { return RulesOptions::kName; }
  const Disposition& disposition() const override { return disposition_; }
  bool learns() const override { return true; }
  bool WantsContent(const Client& /*client*/) const override { return rules_.wants_body(); }
  bool WantsInspection(const Client& client) const override { return WantsContent(client); }
  InspectionNeeds inspection_needs() const override {
    return {.any = rules_.wants_body(), .text = rules_.wants_body()};
  }
  std::unique_ptr<Check> Begin(const Message& message,
                               std::shared_ptr<MessageCost> cost) const override {
    return std::make_unique<RulesCheck>(message, rules_, options_, disposition_.shadow, services_,
                                        std::move(cost), false);
  }
  std::unique_ptr<Check> BeginReduced(const Message& message,
                                      std::shared_ptr<MessageCost> cost) const override {
    return std::make_unique<RulesCheck>(message, rules_, options_, disposition_.shadow, services_,
                                        std::move(cost), true);
  }

 private:
  const RulesOptions options_;
  Disposition disposition_;
  const RuleSet rules_;
  const CheckServices services_;
};

}  // namespace

extern const CheckEntry kRulesCheck;
const CheckEntry kRulesCheck = EntryOf<RulesOptions, RulesType>();

}  // namespace spillway
