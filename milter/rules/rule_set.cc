// SPDX-License-Identifier: BSD-2-Clause
#include "milter/rules/rule_set.h"

#include <algorithm>
#include <stdexcept>

#include "milter/mail/encoded_words.h"

namespace spillway {

namespace {

// Of one set; RE2's own default is 8 MiB for a pattern.
constexpr int64_t kMaxMemory = 64 << 20;
// A match that has begun is waited for: this much takes a few milliseconds.
constexpr size_t kMaxBody = 4 << 20;
constexpr const char* kAnyField = "header *";

RE2::Options PatternOptions() {
  RE2::Options options;
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  options.set_max_mem(kMaxMemory);
  return options;
}

std::string FieldKey(std::string_view name) {
  return "header " + ToLower(name);
}

}  // namespace

RuleSet::RuleSet(std::vector<Rule> rules) : rules_(std::move(rules)), needs_(rules_.size()) {
  for (size_t i = 0; i < rules_.size(); ++i) {
    const Rule& rule = rules_[i];
    largest_ = std::max(largest_, rule.larger.value);
    for (const std::string& header : rule.header) {
      const auto parts = SplitField(header);
      Add(FieldKey(parts->name), parts->rest, i);
    }
    for (const auto& [about, pattern] :
         {std::pair{"from", &rule.from}, std::pair{"to", &rule.to}, std::pair{"helo", &rule.helo},
          std::pair{"user", &rule.user}}) {
      if (!pattern->empty()) Add(about, *pattern, i);
    }
    for (const std::string& body : rule.body) Add(kBody, body, i);
  }
  for (auto& [about, patterns] : sets_) {
    if (!patterns.set->Compile()) throw std::runtime_error("rules on " + about + ": too large");
  }
}

void RuleSet::Add(const std::string& about, const std::string& pattern, size_t rule) {
  Patterns& patterns = sets_[about];
  if (!patterns.set) patterns.set = std::make_unique<RE2::Set>(PatternOptions(), RE2::UNANCHORED);
  std::string error;
  if (patterns.set->Add(pattern, &error) < 0)
    throw std::runtime_error("rule " + rules_[rule].name + ": " + error);
  patterns.ids.push_back(count_);
  needs_[rule].push_back(count_++);
}

void RuleSet::Look(const std::string& about, std::string_view text,
                   std::vector<bool>& found) const {
  const auto patterns = sets_.find(about);
  if (patterns == sets_.end()) return;
  std::vector<int> members;
  patterns->second.set->Match({text.data(), text.size()}, &members);
  for (const int member : members) found[patterns->second.ids[static_cast<size_t>(member)]] = true;
}

void RuleSet::LookAtEnvelope(const Message& message, std::vector<bool>& found) const {
  Look("from", message.mail_from.ToString(), found);
  for (const Mailbox& recipient : message.rcpt_to) Look("to", recipient.ToString(), found);
  Look("helo", message.client.helo, found);
  Look("user", message.client.auth_user, found);
}

void RuleSet::LookAtHeader(const Message& message, std::vector<bool>& found) const {
  const bool any = sets_.contains(kAnyField);
  for (const HeaderField& field : message.headers) {
    const std::string key = FieldKey(field.name);
    if (!any && !sets_.contains(key)) continue;
    const std::string value = ReadableValue(field.value);
    Look(key, value, found);
    if (any && key != kAnyField) Look(kAnyField, value, found);
  }
}

void RuleSet::LookAtBody(const Message& message, const MatchedBody& matched,
                         std::vector<bool>& found) const {
  if (!wants_body() || matched.kind == MatchedBody::Kind::kNone) return;
  if (matched.kind == MatchedBody::Kind::kText) return Look(kBody, matched.text, found);
  if (!message.content) return;
  std::string body;
  body.reserve(std::min(message.content->size(), kMaxBody));
  const auto& pieces = message.content->pieces();
  // The first is the header.
  for (size_t i = 1; i < pieces.size() && body.size() < kMaxBody; ++i)
    body += pieces[i]->substr(0, kMaxBody - body.size());
  Look(kBody, body, found);
}

std::vector<bool> RuleSet::Match(const Message& message, const MatchedBody& body) const {
  std::vector<bool> found(count_);
  LookAtEnvelope(message, found);
  LookAtHeader(message, found);
  LookAtBody(message, body, found);
  const uint64_t size = message.header_bytes + message.body_bytes;
  std::vector<bool> matched(rules_.size());
  for (size_t i = 0; i < rules_.size(); ++i) {
    const Rule& rule = rules_[i];
    matched[i] =
        size > rule.larger.value &&
        (rule.classes.empty() || IsAmong(message.client, rule.classes)) &&
        std::all_of(needs_[i].begin(), needs_[i].end(), [&](size_t id) { return found[id]; });
  }
  return matched;
}

}  // namespace spillway
