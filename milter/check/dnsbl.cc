// SPDX-License-Identifier: BSD-2-Clause
// DNS lists of client addresses, of the domains of MAIL FROM and HELO, and of hosts that URLs in
// the texts lead to (RFC 5782). The test entries of every list are looked up too, usually from the
// cache: a list without 127.0.0.2, or with 127.0.0.1, has closed down or refuses our queries, and
// does not count.
#include <algorithm>
#include <set>

#include "milter/check/entry.h"
#include "milter/check/list_lookups.h"
#include "milter/inspect/inspecting.h"
#include "milter/mail/idna.h"
#include "milter/mail/registered_domain.h"

namespace spillway {

namespace {

struct DnsblOptions final : OptionsOf<DnsblOptions> {
  static constexpr std::string_view kName = "dnsbl";
  DnsblOptions() { on = false; }
  bool droppable() const override { return true; }
  Strings check{"external"};  // classes of client
  Strings address_lists;
  Strings domain_lists;
  Strings url_lists;
  int64_t quarantine_score = 0;  // 0: never
  int64_t reject_score = 0;
  std::vector<TomlKey> Keys() override {
    return With({{"check", &check, 0, 0, ValidClass},
                 {"address_lists", &address_lists, 0, 0, ValidDnsList},
                 {"domain_lists", &domain_lists, 0, 0, ValidDnsList},
                 {"url_lists", &url_lists, 0, 0, ValidDnsList},
                 {"quarantine_score", &quarantine_score, 0, 1000},
                 {"reject_score", &reject_score, 0, 1000}});
  }
};

// The names to look up for the hosts of a message's URLs: each host and its registered domain,
// because some lists contain hosts and others domains. `more`: there were more names than the
// limit.
struct HostNames {
  std::set<std::string> names;
  bool more = false;
};
HostNames ListNames(const std::vector<std::string>& hosts) {
  constexpr size_t kMaxNames = 40;
  HostNames out;
  for (const std::string& host : hosts) {
    if (Ip::Parse(host)) continue;
    for (const std::string& name : {host, RegisteredDomain(host)}) {
      if (name.empty() || out.names.contains(name)) continue;
      if (out.names.size() < kMaxNames)
        out.names.insert(name);
      else
        out.more = true;
    }
  }
  return out;
}

struct ListSet {
  std::vector<DnsList> address;
  std::vector<DnsList> domain;
  std::vector<DnsList> url;
};

class DnsblCheck final : public Check {
 public:
  // `reduced`: without the URLs of the body.
  DnsblCheck(const Message& message, const ListSet& lists, const DnsblOptions& options,
             const CheckServices& services, bool reduced)
      : message_(message),
        lists_(lists),
        options_(options),
        services_(services),
        reduced_(reduced) {}

  void OnEnvelope() override {
    if (!IsAmong(message_.client, options_.check) || message_.client.probe) return;
    const Client& client = message_.client;
    envelope_.emplace(services_.resolver, Asker());
    if (client.has_address) {
      const std::string reverse = client.address.ReverseName();
      const size_t suffix = client.address.is_v4() ? sizeof(".in-addr.arpa") : sizeof(".ip6.arpa");
      envelope_->Add(lists_.address, kAddressTests, reverse.substr(0, reverse.size() - suffix + 1));
    }
    std::set<std::string> domains;
    for (const std::string& name : {message_.mail_from.domain, client.helo}) {
      if (auto domain = AsciiDomain(name); domain && !Ip::Parse(*domain)) domains.insert(*domain);
    }
    for (const std::string& domain : domains) envelope_->Add(lists_.domain, kDomainTests, domain);
    envelope_->Ask();
  }

  bool OnBody(std::string_view /*chunk*/) override {
    return WantsUrls() && message_.content && !message_.content->full();
  }

  void OnEnd(Deadline /*deadline*/) override {
    if (!WantsUrls() || !message_.inspecting) return;
    urls_ = std::make_shared<UrlLookups>(services_.resolver, Asker());
    message_.inspecting->WhenDone([urls = urls_,
                                   &lists = lists_.url](const InspectionOutcome& outcome) {
      const HostNames hosts = ListNames(outcome.found.hosts);
      urls->unread = hosts.more ? "more hosts than are looked for" : outcome.found.text_missing();
      for (const std::string& name : hosts.names) urls->lookups.Add(lists, kDomainTests, name);
      urls->lookups.Ask();
    });
  }

  Result Finish(Deadline deadline) override {
    const bool skips_urls = reduced_ && HasUrlLists();
    if (!envelope_ || (envelope_->all().empty() && !urls_ && !skips_urls))
      return {.state = State::kSkipped};
    Result result;
    JudgeAll(*envelope_, deadline, result);
    if (urls_) JudgeUrls(deadline, result);
    if (skips_urls) SkipUrls(result);
    const std::string missing = result.reason;
    if (!found_.empty()) {
      // If a look-up is missing, its state and reason are kept.
      if (result.state == State::kNone) result.state = State::kPolicy;
      result.reason = found_ + (found_count_ > kMaxNamed ? ", and more" : "") + "; score " +
                      std::to_string(score_) + (missing.empty() ? "" : "; " + missing);
    }
    if (!result.reason.empty())
      result.added.push_back({std::string(kListsField), LogSafe(result.reason)});
    const auto number = [](int64_t value) { return static_cast<double>(value); };
    result.wish = WishForScore(number(score_ + Mercy()), number(options_.quarantine_score),
                               number(options_.reject_score));
    result.refusal.text = found_;
    return result;
  }

 private:
  // The inspector's thread fills it; the session's thread uses it after the inspection is done.
  struct UrlLookups {
    UrlLookups(Resolver& resolver, std::string client) : lookups(resolver, std::move(client)) {}
    ListLookups lookups;
    std::string unread;
  };

  std::string Asker() const {
    return message_.client.has_address ? message_.client.address.ToString() : "us";
  }
  bool HasUrlLists() const { return envelope_ && !lists_.url.empty(); }
  bool WantsUrls() const { return HasUrlLists() && !reduced_; }

  void JudgeAll(ListLookups& lookups, Deadline deadline, Result& result) {
    lookups.Wait(deadline, result.waited);
    for (const ListLookup& lookup : lookups.all()) Judge(lookup, lookups.WordOn(lookup), result);
  }

  void SkipUrls(Result& result) {
    result.unscanned = true;
    for (const DnsList& list : lists_.url) missed_.push_back(&list);
    if (result.state == State::kNone)
      Trouble(State::kNeutral, "URLs " + std::string(kSkippedText), result);
  }

  void JudgeUrls(Deadline deadline, Result& result) {
    const InspectionOutcome* outcome = message_.inspecting->Wait(deadline, result.waited);
    const bool inspected = outcome != nullptr && outcome->down.empty();
    if (inspected) JudgeAll(urls_->lookups, deadline, result);
    const bool cut = message_.content && message_.content->truncated();
    const bool whole = inspected && urls_->unread.empty() && !cut;
    if (whole) return;
    result.unscanned = true;
    if (!inspected) {
      for (const DnsList& list : lists_.url) missed_.push_back(&list);
    }
    if (outcome == nullptr)
      Trouble(State::kLate, WaitingFor(result.waited.missing), result);
    else if (!inspected)
      Trouble(State::kTemperror, outcome->down, result);
    else if (result.state == State::kNone)
      Trouble(State::kNeutral, urls_->unread.empty() ? "not all of it was read" : urls_->unread,
              result);
  }

  // The strongest thing that went wrong stays: late, then temperror.
  static void Trouble(State state, const std::string& reason, Result& result) {
    if (result.state == State::kLate) return;
    result.state = state;
    result.reason = reason;
  }

  void Judge(const ListLookup& lookup, const ListWord& word, Result& result) {
    const DnsList& list = *lookup.list;
    if (word.kind == ListWord::Kind::kListed) return Count(lookup, word);
    if (word.kind == ListWord::Kind::kUnlisted) return;
    missed_.push_back(&list);
    if (word.kind == ListWord::Kind::kLate)
      return Trouble(State::kLate, WaitingFor(list.zone), result);
    if (word.kind == ListWord::Kind::kFailed)
      return Trouble(State::kTemperror, "no answer from " + list.zone, result);
    services_.log.Limited(
        LogLevel::kWarning, "dnsbl",
        "dnsbl: " + list.zone + " does not pass its test (RFC 5782), and does not count",
        services_.clock.Now());
    Trouble(State::kTemperror, list.zone + " does not pass its test", result);
  }

  // As in postscreen, a list counts once, however much of the message it knows.
  void Count(const ListLookup& lookup, const ListWord& word) {
    if (AddOnce(*lookup.list, counted_)) score_ += lookup.list->weight;
    if (++found_count_ > kMaxNamed) return;
    found_ += (found_.empty() ? "" : ", ") + lookup.entry + " in " + lookup.list->zone + " (" +
              word.answer.ToString() + ")";
  }

  using Lists = std::vector<const DnsList*>;
  // False: it is among them, perhaps from another setting.
  static bool AddOnce(const DnsList& list, Lists& lists) {
    const bool known =
        std::any_of(lists.begin(), lists.end(), [&](const DnsList* each) { return *each == list; });
    if (!known) lists.push_back(&list);
    return !known;
  }
  // The lowest total (0 or less) that lists without an answer could still add: a list of good
  // senders has a negative weight.
  int64_t Mercy() const {
    Lists said = counted_;
    int64_t mercy = 0;
    for (const DnsList* list : missed_) {
      if (AddOnce(*list, said)) mercy += std::min(0, list->weight);
    }
    return mercy;
  }

  static constexpr int kMaxNamed = 5;

  const Message& message_;
  const ListSet& lists_;
  const DnsblOptions& options_;
  const CheckServices& services_;
  const bool reduced_;
  std::optional<ListLookups> envelope_;  // none: this class of client is not checked
  std::shared_ptr<UrlLookups> urls_;
  Lists counted_;
  Lists missed_;
  int64_t score_ = 0;
  std::string found_;
  int found_count_ = 0;
};

std::vector<DnsList> ListsOf(const Strings& texts) {
  std::vector<DnsList> out;
  for (const std::string& text : texts) out.push_back(DnsList::Parse(text).value());
  return out;
}

class DnsblType final : public CheckType {
 public:
  DnsblType(const DnsblOptions& options, const Config& config, const CheckServices& services)
      : options_(options),
        disposition_(options.MakeContentDisposition(config)),
        lists_{ListsOf(options_.address_lists), ListsOf(options_.domain_lists),
               ListsOf(options_.url_lists)},
        services_(services) {}

  std::string_view name() const override { return DnsblOptions::kName; }
  const Disposition& disposition() const override { return disposition_; }
  bool WantsInspection(const Client& client) const override {
    return !lists_.url.empty() && IsAmong(client, options_.check);
  }
  bool WantsContent(const Client& client) const override { return WantsInspection(client); }
  InspectionNeeds inspection_needs() const override {
    return {.any = !lists_.url.empty(), .hosts = !lists_.url.empty()};
  }
  std::unique_ptr<Check> Begin(const Message& message,
                               std::shared_ptr<MessageCost> /*cost*/) const override {
    return std::make_unique<DnsblCheck>(message, lists_, options_, services_, false);
  }
  std::unique_ptr<Check> BeginReduced(const Message& message,
                                      std::shared_ptr<MessageCost> /*cost*/) const override {
    return std::make_unique<DnsblCheck>(message, lists_, options_, services_, true);
  }

 private:
  const DnsblOptions options_;
  const Disposition disposition_;
  const ListSet lists_;
  const CheckServices services_;
};

}  // namespace

extern const CheckEntry kDnsblCheck;
const CheckEntry kDnsblCheck = EntryOf<DnsblOptions, DnsblType>();

}  // namespace spillway
