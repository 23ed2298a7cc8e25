// SPDX-License-Identifier: BSD-2-Clause
#include "milter/rules/rule_set.h"

#include <algorithm>
#include <stdexcept>

#include "milter/mail/encoded_words.h"

namespace spillway {

namespace {

constexpr size_t kMaxBody = 4 << 20;
// Microseconds of a core for one message, and for each MB of it.
constexpr double kAllowed = 50e3;
constexpr double kAllowedPerMb = 100e3;
constexpr const char* kAnyField = "header *";

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
    if (!patterns.Compile()) throw std::runtime_error("rules on " + about + ": too large");
  }
}

void RuleSet::Add(const std::string& about, const std::string& pattern, size_t rule) {
  std::string error;
  if (!sets_[about].Add(pattern, count_, error))
    throw std::runtime_error("rule " + rules_[rule].name + ": " + error);
  needs_[rule].push_back(count_++);
}

void RuleSet::Look(const std::string& about, std::string_view text, Search& search) const {
  const auto patterns = sets_.find(about);
  if (patterns != sets_.end()) patterns->second.Look(text, search.found, search.effort);
}

void RuleSet::LookAtEnvelope(const Message& message, Search& search) const {
  Look("from", message.mail_from.ToString(), search);
  for (const Mailbox& recipient : message.rcpt_to) Look("to", recipient.ToString(), search);
  Look("helo", message.client.helo, search);
  Look("user", message.client.auth_user, search);
}

void RuleSet::LookAtHeader(const Message& message, Search& search) const {
  const bool any = sets_.contains(kAnyField);
  for (const HeaderField& field : message.headers) {
    const std::string key = FieldKey(field.name);
    if (!any && !sets_.contains(key)) continue;
    const std::string value = ReadableValue(field.value);
    Look(key, value, search);
    if (any && key != kAnyField) Look(kAnyField, value, search);
  }
}

void RuleSet::LookAtBody(const Message& message, const MatchedBody& matched, Search& search) const {
  if (!wants_body() || matched.kind == MatchedBody::Kind::kNone) return;
  if (matched.kind == MatchedBody::Kind::kText) return Look(kBody, matched.text, search);
  if (!message.content) return;
  std::string body;
  body.reserve(std::min(message.content->size(), kMaxBody));
  const auto& pieces = message.content->pieces();
  // The first is the header.
  for (size_t i = 1; i < pieces.size() && body.size() < kMaxBody; ++i)
    body += pieces[i]->substr(0, kMaxBody - body.size());
  Look(kBody, body, search);
}

MatchedRules RuleSet::Match(const Message& message, const MatchedBody& body,
                            const std::function<bool()>& stop) const {
  const uint64_t size = message.header_bytes + message.body_bytes;
  constexpr double kMb = 1e6;
  Search search{std::vector<bool>(count_),
                {kAllowed + kAllowedPerMb * static_cast<double>(size) / kMb, stop}};
  LookAtEnvelope(message, search);
  LookAtHeader(message, search);
  LookAtBody(message, body, search);
  MatchedRules out{std::vector<bool>(rules_.size()), !search.effort.stopped()};
  for (size_t i = 0; i < rules_.size(); ++i) {
    const Rule& rule = rules_[i];
    out.matched[i] = size > rule.larger.value &&
                     (rule.classes.empty() || IsAmong(message.client, rule.classes)) &&
                     std::all_of(needs_[i].begin(), needs_[i].end(),
                                 [&](size_t id) { return search.found[id]; });
  }
  return out;
}

}  // namespace spillway
