// SPDX-License-Identifier: BSD-2-Clause
// DNS lists of client addresses, and of the domains of MAIL FROM and HELO (RFC 5782). With every
// list its test entries are asked for, from the cache as a rule: a list that does not know
// 127.0.0.2, or knows 127.0.0.1, is one that has closed down or refuses us, and does not count.
#include <algorithm>
#include <set>

#include "conf/dns_list.h"
#include "milter/check/registry.h"
#include "milter/dns/lookups.h"

namespace spillway {

namespace {

// The entries of RFC 5782 sections 2.1 and 5.
struct TestEntries {
  std::string_view listed;
  std::string_view unlisted;
};
constexpr TestEntries kAddressTests{"2.0.0.127", "1.0.0.127"};
constexpr TestEntries kDomainTests{"test", "invalid"};

// A list, and what is looked for in it.
struct Lookup {
  const DnsList* list = nullptr;
  TestEntries tests;
  std::string entry;

  DnsQuestion Question(std::string_view name) const {
    return {std::string(name) + "." + list->zone, RrType::kA};
  }
};

std::array<uint8_t, 4> OctetsOf(const Ip& address) {
  std::array<uint8_t, 4> out{};
  std::copy_n(address.bytes(), out.size(), out.begin());
  return out;
}

// "127.255.255.254" and its like say that we may not ask, other networks that nobody lists there.
bool IsListing(const Ip& address) {
  if (!address.is_v4()) return false;
  const auto octets = OctetsOf(address);
  return octets[0] == 127 && !(octets[1] == 255 && octets[2] == 255);
}

bool Lists(const DnsAnswer& answer) {
  return std::any_of(answer.addresses.begin(), answer.addresses.end(), IsListing);
}

class DnsblCheck final : public Check {
 public:
  DnsblCheck(const Message& message, const std::vector<DnsList>& address_lists,
             const std::vector<DnsList>& domain_lists, const DnsblOptions& options,
             const CheckServices& services)
      : message_(message),
        address_lists_(address_lists),
        domain_lists_(domain_lists),
        options_(options),
        services_(services) {}

  void OnEnvelope() override {
    if (!IsAmong(message_.client.cls, options_.check) || message_.client.probe) return;
    const Client& client = message_.client;
    if (client.has_address) {
      const std::string reverse = client.address.ReverseName();
      const size_t suffix = client.address.is_v4() ? sizeof(".in-addr.arpa") : sizeof(".ip6.arpa");
      Add(address_lists_, kAddressTests, reverse.substr(0, reverse.size() - suffix + 1));
    }
    std::set<std::string> domains{message_.mail_from.domain, ToLower(client.helo)};
    for (const std::string& domain : domains) {
      if (IsQualifiedDomain(domain)) Add(domain_lists_, kDomainTests, domain);
    }
    Ask();
  }

  Result Finish(Deadline deadline) override {
    if (!answers_) return {.state = State::kSkipped};
    answers_->Wait(deadline);
    Result result;
    for (const Lookup& lookup : lookups_) Judge(lookup, result);
    if (!found_.empty()) {
      // What is missing stays the state, and is named.
      if (result.state == State::kNone) result.state = State::kPolicy;
      const std::string text = found_ + "; score " + std::to_string(score_);
      result.reason = text + (result.reason.empty() ? "" : "; " + result.reason);
      result.added.push_back({std::string(kListsField), text});
    }
    // A list of good senders that did not answer might have said all that it can.
    const auto number = [](int64_t value) { return static_cast<double>(value); };
    result.wish = WishForScore(number(score_ + mercy_), number(options_.quarantine_score),
                               number(options_.reject_score));
    result.refusal.text = found_;
    return result;
  }

 private:
  void Add(const std::vector<DnsList>& lists, TestEntries tests, const std::string& entry) {
    for (const DnsList& list : lists) lookups_.push_back({&list, tests, entry});
  }

  void Ask() {
    std::vector<DnsQuestion> questions;
    for (const Lookup& lookup : lookups_) {
      for (const std::string_view name :
           {std::string_view(lookup.entry), lookup.tests.listed, lookup.tests.unlisted}) {
        const DnsQuestion question = lookup.Question(name);
        if (std::find(questions.begin(), questions.end(), question) == questions.end())
          questions.push_back(question);
      }
    }
    if (questions.empty()) return;
    answers_ = std::make_shared<DnsLookups>(lookups_.front().entry, services_.resolver,
                                            std::move(questions));
    answers_->Step();
  }

  // The strongest thing that went wrong stays: late, then temperror.
  void Trouble(const DnsList& list, State state, const std::string& reason, Result& result) {
    mercy_ += std::min(0, list.weight);
    if (result.state == State::kLate) return;
    result.state = state;
    result.reason = reason;
  }

  void Judge(const Lookup& lookup, Result& result) {
    const std::string& zone = lookup.list->zone;
    const DnsAnswerPtr entry = answers_->Find(lookup.Question(lookup.entry));
    const DnsAnswerPtr listed = answers_->Find(lookup.Question(lookup.tests.listed));
    const DnsAnswerPtr unlisted = answers_->Find(lookup.Question(lookup.tests.unlisted));
    if (!entry || !listed || !unlisted)
      return Trouble(*lookup.list, State::kLate, "waiting for " + zone, result);
    if (entry->failed() || listed->failed() || unlisted->failed())
      return Trouble(*lookup.list, State::kTemperror, "no answer from " + zone, result);
    if (!Lists(*listed) || Lists(*unlisted) || !unlisted->empty()) {
      services_.log.Limited(
          LogLevel::kWarning, "dnsbl",
          "dnsbl: " + zone + " does not pass its test (RFC 5782), and does not count",
          services_.clock.Now());
      return Trouble(*lookup.list, State::kTemperror, zone + " does not pass its test", result);
    }
    for (const Ip& answer : entry->addresses) {
      if (!IsListing(answer) || !lookup.list->Counts(OctetsOf(answer))) continue;
      score_ += lookup.list->weight;
      found_ += (found_.empty() ? "" : ", ") + lookup.entry + " in " + zone + " (" +
                answer.ToString() + ")";
      return;
    }
  }

  const Message& message_;
  const std::vector<DnsList>& address_lists_;
  const std::vector<DnsList>& domain_lists_;
  const DnsblOptions& options_;
  const CheckServices& services_;
  std::vector<Lookup> lookups_;
  std::shared_ptr<DnsLookups> answers_;
  int64_t score_ = 0;
  int64_t mercy_ = 0;  // of the lists that did not answer, 0 or less
  std::string found_;
};

std::vector<DnsList> ListsOf(const Strings& texts) {
  std::vector<DnsList> out;
  for (const std::string& text : texts) out.push_back(DnsList::Parse(text).value());
  return out;
}

class DnsblType final : public CheckType {
 public:
  DnsblType(const Config& config, const CheckServices& services)
      : options_(config.dnsbl),
        address_lists_(ListsOf(options_.address_lists)),
        domain_lists_(ListsOf(options_.domain_lists)),
        shadow_(config.content.shadow),
        services_(services) {}

  std::string_view name() const override { return "dnsbl"; }
  bool tempfail_on_timeout(ClientClass /*cls*/) const override {
    return options_.on_timeout == "tempfail";
  }
  bool required(ClientClass /*cls*/) const override { return options_.required; }
  bool shadow() const override { return shadow_; }
  Wish Action(const Result& result) const override { return result.wish; }
  std::unique_ptr<Check> Begin(const Message& message,
                               std::shared_ptr<MessageCost> /*cost*/) const override {
    return std::make_unique<DnsblCheck>(message, address_lists_, domain_lists_, options_,
                                        services_);
  }

 private:
  const DnsblOptions options_;
  const std::vector<DnsList> address_lists_;
  const std::vector<DnsList> domain_lists_;
  const bool shadow_;
  const CheckServices services_;
};

}  // namespace

std::unique_ptr<CheckType> MakeDnsblCheck(const Config& config, const CheckServices& services) {
  if (!config.dnsbl.enabled) return nullptr;
  return std::make_unique<DnsblType>(config, services);
}

}  // namespace spillway
