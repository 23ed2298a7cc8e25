// SPDX-License-Identifier: BSD-2-Clause
#include "milter/check/list_lookups.h"

#include <algorithm>
#include <array>
#include <map>

namespace spillway {

namespace {

std::array<uint8_t, 4> OctetsOf(const Ip& address) {
  std::array<uint8_t, 4> out{};
  std::copy_n(address.bytes(), out.size(), out.begin());
  return out;
}

// 127.255.255.0/24 means that our queries are refused; an answer outside 127.0.0.0/8 means that the
// zone is no longer a DNS list.
bool IsListing(const Ip& address) {
  if (!address.is_v4()) return false;
  const auto octets = OctetsOf(address);
  return octets[0] == 127 && !(octets[1] == 255 && octets[2] == 255);
}

bool Lists(const DnsAnswer& answer) {
  return std::any_of(answer.addresses.begin(), answer.addresses.end(), IsListing);
}

}  // namespace

void ListLookups::Add(const std::vector<DnsList>& lists, TestEntries tests,
                      const std::string& entry) {
  for (const DnsList& list : lists) all_.push_back({&list, tests, entry});
}

void ListLookups::Ask() {
  std::map<std::string_view, std::vector<DnsQuestion>> by_zone;
  for (const ListLookup& lookup : all_) {
    std::vector<DnsQuestion>& questions = by_zone[lookup.list->zone];
    for (const std::string_view name :
         {std::string_view(lookup.entry), lookup.tests.listed, lookup.tests.unlisted}) {
      const DnsQuestion question = lookup.Question(name);
      if (std::find(questions.begin(), questions.end(), question) == questions.end())
        questions.push_back(question);
    }
  }
  for (auto& [zone, questions] : by_zone) {
    const std::string owner = std::string(zone) + " for " + client_;
    answers_.push_back(std::make_shared<DnsLookups>(owner, resolver_, std::move(questions)));
  }
  for (const auto& answers : answers_) answers->Step();
}

void ListLookups::Wait(Deadline deadline, Waited& waited) {
  for (const auto& answers : answers_) answers->Wait(deadline, waited);
}

DnsAnswerPtr ListLookups::Find(const DnsQuestion& question) const {
  for (const auto& answers : answers_) {
    if (DnsAnswerPtr answer = answers->Find(question)) return answer;
  }
  return nullptr;
}

ListWord ListLookups::WordOn(const ListLookup& lookup) const {
  const DnsAnswerPtr entry = Find(lookup.Question(lookup.entry));
  const DnsAnswerPtr listed = Find(lookup.Question(lookup.tests.listed));
  const DnsAnswerPtr unlisted = Find(lookup.Question(lookup.tests.unlisted));
  if (!entry || !listed || !unlisted) return {ListWord::Kind::kLate, {}};
  if (entry->failed() || listed->failed() || unlisted->failed())
    return {ListWord::Kind::kFailed, {}};
  if (!Lists(*listed) || Lists(*unlisted) || !unlisted->empty())
    return {ListWord::Kind::kUntrue, {}};
  for (const Ip& answer : entry->addresses) {
    if (IsListing(answer) && lookup.list->Counts(OctetsOf(answer)))
      return {ListWord::Kind::kListed, answer};
  }
  return {};
}

}  // namespace spillway
