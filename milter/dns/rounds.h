// SPDX-License-Identifier: BSD-2-Clause
// For evaluations that ask in rounds: all questions of a round at once, then the evaluation again
// from the start with what is known. No thread waits.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "milter/dns/resolver.h"

namespace spillway {

// Thread-safe, but for one evaluation: a round is begun when the one before has ended.
class DnsRounds {
 public:
  // `owner`: see Resolver::Ask().
  DnsRounds(Resolver& resolver, std::string owner)
      : resolver_(resolver), owner_(std::move(owner)) {}

  // Null when the question has not been answered yet.
  DnsAnswerPtr Find(const DnsQuestion& question) const;
  // True when every answer was at hand. Otherwise `resume` is called once, from the resolver's
  // thread, behind the last answer; it must keep this object alive.
  bool AskAll(const std::vector<DnsQuestion>& questions, const std::function<void()>& resume);
  // "name/TYPE" of the first question that has no answer yet; empty between rounds.
  std::string waiting_for() const;

 private:
  bool Take(const DnsQuestion& question, const DnsAnswerPtr& answer);

  Resolver& resolver_;
  const std::string owner_;
  mutable std::mutex mutex_;  // guards all below
  std::map<DnsQuestion, DnsAnswerPtr> answers_;
  size_t outstanding_ = 0;
  std::vector<DnsQuestion> round_;
};

}  // namespace spillway
