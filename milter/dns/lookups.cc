// SPDX-License-Identifier: BSD-2-Clause
#include "milter/dns/lookups.h"

namespace spillway {

DnsLookups::DnsLookups(const std::string& owner, Resolver& resolver,
                       std::vector<DnsQuestion> questions)
    : DnsLookups(owner, resolver, [questions = std::move(questions)](const DnsFind& find) {
        std::vector<DnsQuestion> open = questions;
        std::erase_if(open, [&](const DnsQuestion& question) { return find(question) != nullptr; });
        return open;
      }) {}

void DnsLookups::Step() {
  const auto find = [this](const DnsQuestion& question) { return Find(question); };
  while (true) {
    const auto questions = needed_(find);
    if (questions.empty()) break;
    if (!rounds_.AskAll(questions, [self = shared_from_this()] { self->Step(); })) return;
  }
  done_.Complete({});
}

std::string DnsLookups::Missing() const {
  const std::string question = rounds_.waiting_for();
  return question.empty() ? "DNS" : question;
}

}  // namespace spillway
