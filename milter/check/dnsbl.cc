// SPDX-License-Identifier: BSD-2-Clause
// DNS lists of client addresses, of the domains of MAIL FROM and HELO, and of hosts that URLs in
// the texts lead to (RFC 5782). With every list its test entries are asked for, from the cache as a
// rule: a list that does not know 127.0.0.2, or knows 127.0.0.1, is one that has closed down or
// refuses us, and does not count.
#include <algorithm>
#include <set>

#include "conf/dns_list.h"
#include "milter/check/registry.h"
#include "milter/dns/lookups.h"
#include "milter/inspect/inspecting.h"
#include "milter/mail/registered_domain.h"

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

// What is asked, all in one round, and what has been answered.
class ListLookups {
 public:
  ListLookups(Resolver& resolver, std::string owner)
      : resolver_(resolver), owner_(std::move(owner)) {}

  void Add(const std::vector<DnsList>& lists, TestEntries tests, const std::string& entry) {
    for (const DnsList& list : lists) all_.push_back({&list, tests, entry});
  }
  const std::vector<Lookup>& all() const { return all_; }

  void Ask() {
    std::vector<DnsQuestion> questions;
    for (const Lookup& lookup : all_) {
      for (const std::string_view name :
           {std::string_view(lookup.entry), lookup.tests.listed, lookup.tests.unlisted}) {
        const DnsQuestion question = lookup.Question(name);
        if (std::find(questions.begin(), questions.end(), question) == questions.end())
          questions.push_back(question);
      }
    }
    if (questions.empty()) return;
    answers_ = std::make_shared<DnsLookups>(owner_, resolver_, std::move(questions));
    answers_->Step();
  }
  void Wait(Deadline deadline) {
    if (answers_) answers_->Wait(deadline);
  }
  DnsAnswerPtr Find(const DnsQuestion& question) const { return answers_->Find(question); }

 private:
  Resolver& resolver_;
  const std::string owner_;
  std::vector<Lookup> all_;
  std::shared_ptr<DnsLookups> answers_;
};

// The names by which a list might know the hosts of a message's URLs: lists of hosts and lists of
// registered domains are both among them.
std::set<std::string> ListNames(const std::vector<std::string>& hosts) {
  constexpr size_t kMaxNames = 40;
  std::set<std::string> names;
  for (const std::string& host : hosts) {
    if (names.size() >= kMaxNames) break;
    if (Ip::Parse(host)) continue;
    names.insert(host);
    if (std::string domain = RegisteredDomain(host); !domain.empty())
      names.insert(std::move(domain));
  }
  return names;
}

struct ListSet {
  std::vector<DnsList> address;
  std::vector<DnsList> domain;
  std::vector<DnsList> url;
};

class DnsblCheck final : public Check {
 public:
  DnsblCheck(const Message& message, const ListSet& lists, const DnsblOptions& options,
             const CheckServices& services)
      : message_(message), lists_(lists), options_(options), services_(services) {}

  void OnEnvelope() override {
    if (!IsAmong(message_.client, options_.check) || message_.client.probe) return;
    const Client& client = message_.client;
    envelope_.emplace(services_.resolver, message_.mail_from.domain);
    if (client.has_address) {
      const std::string reverse = client.address.ReverseName();
      const size_t suffix = client.address.is_v4() ? sizeof(".in-addr.arpa") : sizeof(".ip6.arpa");
      envelope_->Add(lists_.address, kAddressTests, reverse.substr(0, reverse.size() - suffix + 1));
    }
    std::set<std::string> domains{message_.mail_from.domain, ToLower(client.helo)};
    for (const std::string& domain : domains) {
      if (IsQualifiedDomain(domain)) envelope_->Add(lists_.domain, kDomainTests, domain);
    }
    envelope_->Ask();
  }

  bool OnBody(std::string_view /*chunk*/) override {
    return WantsUrls() && message_.content && !message_.content->full();
  }

  void OnEnd() override {
    if (!WantsUrls() || !message_.inspecting) return;
    urls_ = std::make_shared<ListLookups>(services_.resolver, message_.mail_from.domain);
    message_.inspecting->WhenDone(
        [urls = urls_, &lists = lists_.url](const InspectionOutcome& outcome) {
          for (const std::string& name : ListNames(outcome.found.hosts))
            urls->Add(lists, kDomainTests, name);
          urls->Ask();
        });
  }

  Result Finish(Deadline deadline) override {
    if (!envelope_ || (envelope_->all().empty() && !urls_)) return {.state = State::kSkipped};
    Result result;
    JudgeAll(*envelope_, deadline, result);
    if (urls_) JudgeUrls(deadline, result);
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
  bool WantsUrls() const { return envelope_ && !lists_.url.empty(); }

  void JudgeAll(ListLookups& lookups, Deadline deadline, Result& result) {
    lookups.Wait(deadline);
    for (const Lookup& lookup : lookups.all()) Judge(lookup, lookups, result);
  }

  void JudgeUrls(Deadline deadline, Result& result) {
    const InspectionOutcome* outcome = message_.inspecting->Wait(deadline);
    if (outcome == nullptr)
      Trouble(lists_.url.front(), State::kLate, "waiting for the inspector", result);
    else if (!outcome->down.empty())
      Trouble(lists_.url.front(), State::kTemperror, outcome->down, result);
    else
      JudgeAll(*urls_, deadline, result);
  }

  // The strongest thing that went wrong stays: late, then temperror.
  void Trouble(const DnsList& list, State state, const std::string& reason, Result& result) {
    mercy_ += std::min(0, list.weight);
    if (result.state == State::kLate) return;
    result.state = state;
    result.reason = reason;
  }

  void Judge(const Lookup& lookup, const ListLookups& lookups, Result& result) {
    const std::string& zone = lookup.list->zone;
    const DnsAnswerPtr entry = lookups.Find(lookup.Question(lookup.entry));
    const DnsAnswerPtr listed = lookups.Find(lookup.Question(lookup.tests.listed));
    const DnsAnswerPtr unlisted = lookups.Find(lookup.Question(lookup.tests.unlisted));
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
  const ListSet& lists_;
  const DnsblOptions& options_;
  const CheckServices& services_;
  std::optional<ListLookups> envelope_;  // none: such clients are not looked for
  // Filled by whoever inspects; ours once that is done.
  std::shared_ptr<ListLookups> urls_;
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
        lists_{ListsOf(options_.address_lists), ListsOf(options_.domain_lists),
               ListsOf(options_.url_lists)},
        shadow_(config.content.shadow),
        services_(services) {}

  std::string_view name() const override { return "dnsbl"; }
  bool tempfail_on_timeout(const Client& /*client*/) const override {
    return options_.on_timeout == "tempfail";
  }
  bool required(const Client& /*client*/) const override { return options_.required; }
  bool WantsInspection(const Client& client) const override {
    return !lists_.url.empty() && IsAmong(client, options_.check);
  }
  bool WantsContent(const Client& client) const override { return WantsInspection(client); }
  bool shadow() const override { return shadow_; }
  Wish Action(const Result& result) const override { return result.wish; }
  std::unique_ptr<Check> Begin(const Message& message,
                               std::shared_ptr<MessageCost> /*cost*/) const override {
    return std::make_unique<DnsblCheck>(message, lists_, options_, services_);
  }

 private:
  const DnsblOptions options_;
  const ListSet lists_;
  const bool shadow_;
  const CheckServices services_;
};

}  // namespace

std::unique_ptr<CheckType> MakeDnsblCheck(const Config& config, const CheckServices& services) {
  if (!config.dnsbl.enabled) return nullptr;
  return std::make_unique<DnsblType>(config, services);
}

}  // namespace spillway
