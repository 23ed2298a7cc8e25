// SPDX-License-Identifier: BSD-2-Clause
// What is looked for in DNS lists (RFC 5782), all of it in one round, and what they said.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conf/dns_list.h"
#include "milter/base/ip.h"
#include "milter/dns/lookups.h"

namespace spillway {

// The entries by which a list shows that it works: RFC 5782 sections 2.1 and 5.
struct TestEntries {
  std::string_view listed;
  std::string_view unlisted;
};
inline constexpr TestEntries kAddressTests{"2.0.0.127", "1.0.0.127"};
inline constexpr TestEntries kDomainTests{"test", "invalid"};

// A list, and what is looked for in it.
struct ListLookup {
  const DnsList* list = nullptr;
  TestEntries tests;
  std::string entry;

  DnsQuestion Question(std::string_view name) const {
    return {std::string(name) + "." + list->zone, RrType::kA};
  }
};

// What a list said of an entry.
struct ListWord {
  enum class Kind : uint8_t { kUnlisted, kListed, kLate, kFailed, kUntrue };
  Kind kind = Kind::kUnlisted;
  Ip answer;  // kListed
};

class ListLookups {
 public:
  // `client`: the client on whose behalf we ask. The cap on look-ups in flight is per client and
  // list, so that messages of one client do not block those of another, or other look-ups for the
  // sender.
  ListLookups(Resolver& resolver, std::string client)
      : resolver_(resolver), client_(std::move(client)) {}

  // `lists` outlive this.
  void Add(const std::vector<DnsList>& lists, TestEntries tests, const std::string& entry);
  const std::vector<ListLookup>& all() const { return all_; }

  void Ask();
  void Wait(Deadline deadline, Waited& waited);
  // After Wait(). kUntrue: the list does not pass its test.
  ListWord WordOn(const ListLookup& lookup) const;

 private:
  DnsAnswerPtr Find(const DnsQuestion& question) const;

  Resolver& resolver_;
  const std::string client_;
  std::vector<ListLookup> all_;
  std::vector<std::shared_ptr<DnsLookups>> answers_;  // one for each zone
};

}  // namespace spillway
