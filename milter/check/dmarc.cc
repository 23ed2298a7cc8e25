// SPDX-License-Identifier: BSD-2-Clause
// DMARC (RFC 9989). The tree walk of the author domain starts at the end of the header, in parallel
// with SPF and DKIM. Then the SPF and DKIM domains within the author's organization are walked. At
// the end of the message the results of SPF and DKIM are evaluated.
#include <algorithm>

#include "milter/auth/dmarc_eval.h"
#include "milter/auth/tag_list.h"
#include "milter/check/entry.h"
#include "milter/dns/lookups.h"
#include "milter/mail/from.h"
#include "milter/mail/idna.h"

namespace spillway {

namespace {

struct DmarcOptions final : OptionsOf<DmarcOptions> {
  static constexpr std::string_view kName = "dmarc";
  bool judge_ours = false;
  Strings act_on{"external"};  // classes of client
  std::string on_quarantine = "none";
  std::string on_reject = "none";
  std::string on_unclear_author = "none";
  std::vector<TomlKey> Keys() override {
    return With({{"judge_ours", &judge_ours},
                 {"act_on", &act_on, 0, 0, ValidClass},
                 {"on_quarantine", &on_quarantine, 0, 0, ValidDmarcAction},
                 {"on_reject", &on_reject, 0, 0, ValidDmarcAction},
                 {"on_unclear_author", &on_unclear_author, 0, 0, ValidDmarcAction}});
  }
  // Without SPF or DKIM, DMARC would fail messages that should pass.
  bool Runs(const Config& config) const override {
    return on && config.checks.Enabled("spf") && config.checks.Enabled("dkim");
  }
  Disposition MakeDisposition() const {
    Disposition out = CheckOptions::MakeDisposition();
    out.on_quarantine = WishFrom(on_quarantine);
    out.on_reject = WishFrom(on_reject);
    out.on_unclear_author = WishFrom(on_unclear_author);
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
    if (!SkipReason().empty() || message_.headers_truncated) return;
    author_ = FindAuthor(message_.headers);
    if (!author_.error.empty()) return;
    const std::string& author = author_.domain;
    lookups_ = std::make_shared<DnsLookups>(
        author, services_.resolver, [author, domains = Domains()](const DnsFind& find) {
          auto questions = PolicyQuestions(author, find);
          return questions.empty() ? AlignmentQuestions(author, domains, find) : questions;
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
    if (message_.headers_truncated) author_.error = "the header is too large to read";
    if (!lookups_ && author_.error.empty()) author_.error = "no header";
    if (!author_.error.empty()) return Unclear();
    Result result;
    MethodResult method{.method = "dmarc", .properties = {{"header", "from", author_.domain}}};
    Judge(Outcome(deadline, result.waited), method, result);
    method.state = result.state;
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
      if (std::find(domains.begin(), domains.end(), domain) == domains.end())
        domains.push_back(domain);
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

  DmarcOutcome Outcome(Deadline deadline, Waited& waited) const {
    lookups_->Wait(deadline, waited);
    DmarcOutcome outcome =
        EvaluateDmarc(author_.domain, identifiers_,
                      [this](const DnsQuestion& question) { return lookups_->Find(question); });
    if (outcome.state != State::kTemperror || waited.missing.empty()) return outcome;
    return {.state = State::kLate, .reason = WaitingFor(waited.missing)};
  }

  void Judge(const DmarcOutcome& outcome, MethodResult& method, Result& result) const {
    result.state = outcome.state;
    method.reason = result.reason = outcome.reason;
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
    return {.state = State::kPermerror,
            .reason = author_.error,
            .methods = {{.method = "dmarc", .state = State::kPermerror, .reason = author_.error}},
            .refusal = {"7.26", author_.error},
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
