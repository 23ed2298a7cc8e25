// SPDX-License-Identifier: BSD-2-Clause
// Look-ups of one message that go on by themselves, until they are waited for.
#pragma once

#include <condition_variable>
#include <memory>

#include "milter/base/deadline.h"
#include "milter/dns/rounds.h"

namespace spillway {

// The answer to a question; null when it has not come yet.
using DnsFind = std::function<DnsAnswerPtr(const DnsQuestion&)>;

// Shared by who waits and by the callbacks under way. Thread-safe after Step().
class DnsLookups final : public std::enable_shared_from_this<DnsLookups> {
 public:
  // What is wanted next, given the answers so far; nothing: it is over. Runs in the resolver's
  // thread too, so it must be quick.
  using Needed = std::function<std::vector<DnsQuestion>(const DnsFind&)>;
  // `owner`: see Resolver::Ask().
  DnsLookups(const std::string& owner, Resolver& resolver, Needed needed)
      : rounds_(resolver, owner), needed_(std::move(needed)) {}
  // All of `questions`, in one round.
  DnsLookups(const std::string& owner, Resolver& resolver, std::vector<DnsQuestion> questions);

  // Begins.
  void Step();
  void Wait(Deadline deadline);
  DnsAnswerPtr Find(const DnsQuestion& question) const { return rounds_.Find(question); }
  // "name/TYPE" of a question without an answer; empty when it is over.
  std::string waiting_for();

 private:
  DnsRounds rounds_;
  const Needed needed_;
  std::mutex mutex_;
  std::condition_variable done_changed_;
  bool done_ = false;  // guarded by mutex_
};

}  // namespace spillway
