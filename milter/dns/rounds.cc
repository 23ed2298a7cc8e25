// SPDX-License-Identifier: BSD-2-Clause
#include "milter/dns/rounds.h"

namespace spillway {

DnsAnswerPtr DnsRounds::Find(const DnsQuestion& question) const {
  const std::lock_guard lock(mutex_);
  const auto it = answers_.find(question);
  return it == answers_.end() ? nullptr : it->second;
}

std::string DnsRounds::waiting_for() const {
  const std::lock_guard lock(mutex_);
  for (const DnsQuestion& question : round_) {
    if (!answers_.contains(question))
      return question.name + "/" + std::string(RrTypeName(question.type));
  }
  return {};
}

bool DnsRounds::AskAll(const std::vector<DnsQuestion>& questions,
                       const std::function<void()>& resume) {
  {
    const std::lock_guard lock(mutex_);
    outstanding_ = questions.size() + 1;  // one for this function, so that no callback runs ahead
    round_ = questions;
  }
  for (const DnsQuestion& question : questions) {
    const auto done = [this, question, resume](const DnsAnswerPtr& answer) {
      if (Take(question, answer)) resume();
    };
    if (const DnsAnswerPtr known = resolver_.Ask(question, owner_, done)) Take(question, known);
  }
  const std::lock_guard lock(mutex_);
  return --outstanding_ == 0;
}

// True for the last answer of the round.
bool DnsRounds::Take(const DnsQuestion& question, const DnsAnswerPtr& answer) {
  const std::lock_guard lock(mutex_);
  answers_[question] = answer;
  return --outstanding_ == 0;
}

}  // namespace spillway
