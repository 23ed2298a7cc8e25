// SPDX-License-Identifier: BSD-2-Clause
// Look-ups of one message that go on by themselves, until they are waited for.
#pragma once

#include <memory>
#include <variant>

#include "milter/base/pending.h"
#include "milter/dns/rounds.h"

namespace spillway {

// The answer to a question; null when it has not come yet.
using DnsFind = std::function<DnsAnswerPtr(const DnsQuestion&)>;

// Shared by who waits and by the callbacks under way. Thread-safe after Step().
class DnsLookups final : public std::enable_shared_from_this<DnsLookups> {
 public:
  // The next questions, given the answers so far; empty: the look-ups are done. Also runs in the
  // resolver's thread, so it must be quick.
  using Needed = std::function<std::vector<DnsQuestion>(const DnsFind&)>;
  // `owner`: see Resolver::Ask().
  DnsLookups(const std::string& owner, Resolver& resolver, Needed needed)
      : rounds_(resolver, owner), needed_(std::move(needed)), done_([this] { return Missing(); }) {}
  // All of `questions`, in one round.
  DnsLookups(const std::string& owner, Resolver& resolver, std::vector<DnsQuestion> questions);

  // Begins.
  void Step();
  // False: the deadline came first; `waited` names a question without an answer, "name/TYPE".
  bool Wait(Deadline deadline, Waited& waited) { return done_.Wait(deadline, waited) != nullptr; }
  // It is over: a wait would not wait.
  bool ready() { return done_.ready(); }
  DnsAnswerPtr Find(const DnsQuestion& question) const { return rounds_.Find(question); }

 private:
  std::string Missing() const;

  DnsRounds rounds_;
  const Needed needed_;
  Pending<std::monostate> done_;
};

}  // namespace spillway
