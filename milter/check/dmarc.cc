// SPDX-License-Identifier: BSD-2-Clause
// DMARC (RFC 9989). The tree walk of the author domain starts at the end of the header, in parallel
// with SPF and DKIM. Then the SPF and DKIM domains within the author's organization are walked. At
// the end of the message the results of SPF and DKIM are evaluated.
#include <algorithm>

#include "milter/auth/dmarc_eval.h"
#include "milter/auth/tag_list.h"
#include "milter/base/contains.h"
#include "milter/check/entry.h"
#include "milter/dns/lookups.h"
#include "milter/mail/from.h"
#include "milter/mail/idna.h"

namespace spillway {

namespace {

struct DmarcOptions final : OptionsOf<DmarcOptions> {
  static constexpr std::string_view kName = "dmarc";
  static constexpr const char* kOnReject = "on_reject";  // the same action
  bool judge_ours = false;
  Strings act_on{"external"};  // classes of client
  std::string on_quarantine = "none";
  std::string on_reject = "none";
  std::string on_unclear_author = kOnReject;
  std::vector<TomlKey> Keys() override {
    return With({{"judge_ours", &judge_ours},
                 {"act_on", &act_on, 0, 0, ValidClass},
                 {"on_quarantine", &on_quarantine, 0, 0, ValidDmarcAction},
                 {"on_reject", &on_reject, 0, 0, ValidDmarcAction},
                 {"on_unclear_author", &on_unclear_author, 0, 0, ValidUnclearAction}});
  }
  // Is what becomes of several authors the matter of their policies?
  bool ByPolicy() const { return on_unclear_author == kOnReject; }
  // Without SPF or DKIM, DMARC would fail messages that should pass.
  bool Runs(const Config& config) const override {
    return on && config.checks.Enabled("spf") && config.checks.Enabled("dkim");
  }
  Disposition MakeDisposition() const {
    Disposition out = CheckOptions::MakeDisposition();
    out.on_quarantine = WishFrom(on_quarantine);
    out.on_reject = WishFrom(on_reject);
    out.on_unclear_author = ByPolicy() ? out.on_reject : WishFrom(on_unclear_author);
    for (const Wish wish : {out.on_quarantine, out.on_reject, out.on_unclear_author})
      out.marks_spam = out.marks_spam || wish == Wish::kMark;
    return out;
  }
};

constexpr size_t kMaxDomains =
    8;  // domains to walk; a further domain only counts if it is the author domain

// The d= of a DKIM-Signature, as far as it can be read; whether it is a good one, the DKIM check
// says.
std::string SignatureDomain(std::string_view value) {
  for (const TagPart& part : SplitTags(value)) {
    if (part.name == "d") return AsciiDomain(part.value).value_or("");
  }
  return {};
}

std::string PropertyOf(const MethodResult& method, std::string_view name) {
  for (const Property& property : method.properties) {
    if (property.name == name) return property.value;
  }
  return {};
}

class DmarcCheck final : public Check {
 public:
  DmarcCheck(const Message& message, const DmarcOptions& options, const CheckServices& services)
      : message_(message), options_(options), services_(services) {}

  void OnHeaders() override {
    if (!SkipReason().empty()) return;
    author_ = FindAuthor(message_.headers);
    if (author_.domains.empty()) return;
    lookups_ = std::make_shared<DnsLookups>(
        author_.domains.front(), services_.resolver,
        [authors = author_.domains, domains = Domains()](const DnsFind& find) {
          return Questions(authors, domains, find);
        });
    lookups_->Step();
  }

  void Learn(const std::vector<CheckReport>& earlier) override {
    for (const CheckReport& report : earlier) {
      if (!report.result.vouched_by.empty()) vouched_by_ = report.result.vouched_by;
      for (const MethodResult& method : report.result.methods) Learn(method);
    }
  }

  Result Finish(Deadline deadline) override {
    if (const std::string reason = SkipReason(); !reason.empty())
      return {.state = State::kSkipped, .reason = reason};
    if (!lookups_) return Unclear();
    Result result;
    const auto [author, outcome] = Strictest(deadline, result.waited);
    MethodResult method{.method = "dmarc", .properties = {{"header", "from", author}}};
    Judge(outcome, method, result);
    method.state = result.state;
    result.unclear_author = author_.domains.size() > 1 && !options_.ByPolicy() && Acts();
    result.methods.push_back(std::move(method));
    return result;
  }

 private:
  std::string SkipReason() const {
    if (options_.judge_ours) return {};
    if (message_.client.cls == ClientClass::kAuthenticated) return "authenticated";
    if (message_.client.cls == ClientClass::kInternal) return "internal client";
    return message_.client.probe ? "probe" : "";
  }

  // RFC 9989 section 4.4.2: without a MAIL FROM it is the HELO identity.
  std::string SpfDomain() const {
    const std::string& domain =
        message_.mail_from.null() ? message_.client.helo : message_.mail_from.domain;
    return AsciiDomain(domain).value_or("");
  }

  std::vector<std::string> Domains() const {
    std::vector<std::string> domains = {SpfDomain()};
    for (const HeaderField& field : message_.headers) {
      if (domains.size() > kMaxDomains) break;
      if (!EqualsNoCase(field.name, "DKIM-Signature")) continue;
      const std::string domain = SignatureDomain(field.value);
      if (!Contains(domains, domain)) domains.push_back(domain);
    }
    std::erase(domains, "");
    return domains;
  }

  void Learn(const MethodResult& method) {
    if (method.method == "dkim") {
      const std::string domain = PropertyOf(method, "d");
      identifiers_.push_back({false, method.state, AsciiDomain(domain).value_or("")});
    }
    const bool helo = PropertyOf(method, "mailfrom").empty();
    if (method.method == "spf" && helo == message_.mail_from.null())
      identifiers_.push_back({true, method.state, SpfDomain()});
  }

  static std::vector<DnsQuestion> Questions(const std::vector<std::string>& authors,
                                            const std::vector<std::string>& domains,
                                            const DnsFind& find) {
    std::vector<DnsQuestion> all;
    for (const std::string& author : authors) {
      auto questions = PolicyQuestions(author, find);
      if (questions.empty()) questions = AlignmentQuestions(author, domains, find);
      for (DnsQuestion& question : questions) {
        if (std::find(all.begin(), all.end(), question) == all.end())
          all.push_back(std::move(question));
      }
    }
    return all;
  }

  // Whom a mail program shows of several authors, we do not know: the outcome that is worst for the
  // message.
  std::pair<std::string, DmarcOutcome> Strictest(Deadline deadline, Waited& waited) const {
    lookups_->Wait(deadline, waited);
    std::pair<std::string, DmarcOutcome> worst;
    for (const std::string& author : author_.domains) {
      const DmarcOutcome outcome = OutcomeFor(author, waited);
      if (worst.first.empty() || Severity(outcome) > Severity(worst.second))
        worst = {author, outcome};
    }
    return worst;
  }

  DmarcOutcome OutcomeFor(const std::string& author, const Waited& waited) const {
    DmarcOutcome outcome = EvaluateDmarc(author, identifiers_, [this](const DnsQuestion& question) {
      return lookups_->Find(question);
    });
    if (outcome.state != State::kTemperror || waited.missing.empty()) return outcome;
    return {.state = State::kLate, .reason = WaitingFor(waited.missing)};
  }

  // A fail for which something is done, one that could not be told, any other; the rest.
  static int Severity(const DmarcOutcome& outcome) {
    const bool fails = outcome.state == State::kFail;
    if (fails && outcome.policy != DmarcPolicy::kNone) return 3 + static_cast<int>(outcome.policy);
    if (outcome.state == State::kTemperror || outcome.state == State::kLate) return 3;
    if (fails) return 2;
    return outcome.state == State::kNone ? 1 : 0;
  }

  void Judge(const DmarcOutcome& outcome, MethodResult& method, Result& result) const {
    result.state = outcome.state;
    method.reason = result.reason = outcome.reason;
    if (!author_.error.empty())
      method.reason += (method.reason.empty() ? "" : ", ") + author_.error;
    if (outcome.found_at.empty()) return;
    const std::string policy(DmarcPolicyName(outcome.policy));
    method.properties.push_back({"policy", "dmarc", policy});
    result.reason += (result.reason.empty() ? "" : "; ") + std::string("policy ") + policy +
                     " at " + outcome.found_at + ", organization " + outcome.organization;
    if (outcome.state != State::kFail || !Acts()) return;
    if (vouched_by_.empty()) {
      result.wish = WishFrom(policy);
      result.refusal = {"7.26", "the policy of the author's domain"};
    } else {
      method.reason += ", but " + vouched_by_ + " vouches for it (arc)";
      result.reason += ", overridden by the chain of " + vouched_by_;
    }
  }

  Result Unclear() const {
    std::string why = author_.error.empty() ? "no header" : author_.error;
    if (message_.headers_truncated) why += "; the header is too large to read";
    return {.state = State::kPermerror,
            .reason = why,
            .methods = {{.method = "dmarc", .state = State::kPermerror, .reason = why}},
            .refusal = {"7.26", why},
            .unclear_author = Acts()};
  }

  bool Acts() const { return IsAmong(message_.client, options_.act_on); }

  const Message& message_;
  const DmarcOptions& options_;
  const CheckServices& services_;
  Author author_;
  std::vector<DmarcIdentifier> identifiers_;
  std::string vouched_by_;  // a trusted sealer
  std::shared_ptr<DnsLookups> lookups_;
};

class DmarcType final : public CheckType {
 public:
  DmarcType(const DmarcOptions& options, const Config& /*config*/, const CheckServices& services)
      : options_(options), disposition_(options.MakeDisposition()), services_(services) {}

  std::string_view name() const override { return DmarcOptions::kName; }
  const Disposition& disposition() const override { return disposition_; }
  bool learns() const override { return true; }
  std::unique_ptr<Check> Begin(const Message& message,
                               std::shared_ptr<MessageCost> /*cost*/) const override {
    return std::make_unique<DmarcCheck>(message, options_, services_);
  }

 private:
  const DmarcOptions options_;
  const Disposition disposition_;
  const CheckServices services_;
};

}  // namespace

extern const CheckEntry kDmarcCheck;
const CheckEntry kDmarcCheck = EntryOf<DmarcOptions, DmarcType>();

}  // namespace spillway
