// SPDX-License-Identifier: BSD-2-Clause
// The administrator's own rules. Matched in the CPU pool once the message is whole, judged in
// their order once the other checks have spoken.
#include <condition_variable>
#include <cstdio>
#include <mutex>

#include "milter/check/registry.h"
#include "milter/check/rule_set.h"
#include "milter/inspect/inspecting.h"

namespace spillway {

namespace {

// What the pool hands over to the session. The message outlives neither: it is in the session's
// hands, so whoever ends the check first waits for a match that has begun.
class Matching {
 public:
  bool Start() {
    const std::lock_guard lock(mutex_);
    running_ = !given_up_;
    return running_;
  }
  void Done(std::vector<bool> matched) {
    {
      const std::lock_guard lock(mutex_);
      matched_ = std::move(matched);
      running_ = false;
    }
    changed_.notify_all();
  }
  // Null: the deadline came first.
  const std::vector<bool>* Wait(Deadline deadline) {
    std::unique_lock lock(mutex_);
    const bool there =
        changed_.wait_until(lock, deadline.at(), [this] { return matched_.has_value(); });
    return there ? &*matched_ : nullptr;
  }
  void GiveUp() {
    std::unique_lock lock(mutex_);
    given_up_ = true;
    changed_.wait(lock, [this] { return !running_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool running_ = false;
  bool given_up_ = false;
  std::optional<std::vector<bool>> matched_;
};

class RulesCheck final : public Check {
 public:
  RulesCheck(const Message& message, const RuleSet& rules, const RulesOptions& options, bool shadow,
             const CheckServices& services, std::shared_ptr<MessageCost> cost)
      : message_(message),
        rules_(rules),
        options_(options),
        shadow_(shadow),
        services_(services),
        cost_(std::move(cost)) {}
  ~RulesCheck() override { matching_->GiveUp(); }

  bool OnBody(std::string_view /*chunk*/) override {
    // A message whose rest is not sent has no size either.
    const bool size_open = message_.header_bytes + message_.body_bytes <= rules_.largest();
    const bool text_open = rules_.wants_body() && message_.content && !message_.content->full();
    return size_open || text_open;
  }

  void OnEnd() override {
    // By then the message may have gone: nothing of ours is touched before Start() has said yes.
    const auto match = [matching = matching_, this](std::optional<std::string_view> text) {
      if (matching->Start()) matching->Done(rules_.Match(message_, text));
    };
    if (!rules_.wants_body() || !message_.inspecting) {
      services_.workers.Submit([match] { match(std::nullopt); }, cost_);
      return;
    }
    // In the inspector's thread, which has just waited for it: one hand-over less.
    message_.inspecting->WhenDone([match](const InspectionOutcome& outcome) {
      const bool read = outcome.down.empty() && outcome.found.unreadable.empty();
      match(read ? std::optional<std::string_view>(outcome.found.text) : std::nullopt);
    });
  }

  void Learn(const std::vector<CheckReport>& earlier) override { earlier_ = &earlier; }

  Result Finish(Deadline deadline) override {
    const std::vector<bool>* matched = matching_->Wait(deadline);
    if (matched == nullptr) return Late();
    Result result;
    const std::string missing = NotWhole(deadline);
    if (!missing.empty()) result = {.state = State::kNeutral, .reason = missing, .unscanned = true};
    for (size_t i = 0; i < matched->size(); ++i) {
      const Rule& rule = rules_.rules()[i];
      if (!(*matched)[i] || !Holds(rule.condition)) continue;
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
  static Result Late() {
    const std::string why = "waiting for the text, or the CPU pool";
    return {.state = State::kLate, .reason = why, .added = {{std::string(kRulesField), why}}};
  }

  // What of the message was not looked at; empty: nothing.
  std::string NotWhole(Deadline deadline) const {
    if (message_.headers_truncated) return "the header is too large to look at whole";
    if (!rules_.wants_body() || !message_.inspecting) return {};
    const InspectionOutcome* outcome = message_.inspecting->Wait(deadline);
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
  const std::shared_ptr<Matching> matching_ = std::make_shared<Matching>();
  const std::vector<CheckReport>* earlier_ = nullptr;
  std::string names_;
  double score_ = 0;
};

class RulesType final : public CheckType {
 public:
  RulesType(const Config& config, const CheckServices& services)
      : options_(config.rules),
        shadow_(config.content.shadow),
        rules_(config.rules.rows),
        services_(services) {}

  std::string_view name() const override { return "rules"; }
  bool tempfail_on_timeout(const Client& /*client*/) const override {
    return options_.on_timeout == "tempfail";
  }
  bool required(const Client& /*client*/) const override { return options_.required; }
  bool WantsContent(const Client& /*client*/) const override { return rules_.wants_body(); }
  bool WantsInspection(const Client& client) const override { return WantsContent(client); }
  bool shadow() const override { return shadow_; }
  Wish Action(const Result& result) const override { return result.wish; }
  std::unique_ptr<Check> Begin(const Message& message,
                               std::shared_ptr<MessageCost> cost) const override {
    return std::make_unique<RulesCheck>(message, rules_, options_, shadow_, services_,
                                        std::move(cost));
  }

 private:
  const RulesOptions options_;
  const bool shadow_;
  const RuleSet rules_;
  const CheckServices services_;
};

}  // namespace

std::unique_ptr<CheckType> MakeRulesCheck(const Config& config, const CheckServices& services) {
  if (!config.rules.enabled) return nullptr;
  return std::make_unique<RulesType>(config, services);
}

}  // namespace spillway
